import { can } from '../../auth/policy.ts';
import { isEditable } from '../../services/vocabulary/vocabularyRule.ts';
import type { builder } from '../kit/builder.ts';
import { Installation } from '../template/installation.ts';
import { VocabularyWriter } from './enum.ts';

type EntityTypeFields = Parameters<Parameters<typeof builder.prismaObjectFields<'EntityType'>>[1]>[0];

/** What every kind of vocabulary has: the four tables have these columns and relations under the same names. */
// biome-ignore lint/suspicious/noExplicitAny: the builder's type depends on the table.
export const vocabularyFields = (fields: any) => {
  const t: EntityTypeFields = fields;
  return {
    slug: t.exposeString('slug', {
      description:
        'Its name for programs; unique among those of its kind that are not archived. One that begins with `$` is defined by the platform.',
    }),
    name: t.exposeString('name', { description: 'Its name for people.' }),
    displayName: t.exposeString('displayName', {
      nullable: true,
      description: 'What this organization calls it instead of `name`, if anything. No release changes it.',
    }),
    description: t.exposeString('description', { nullable: true, description: 'What it means.' }),
    organization: t.relation('organization', { description: 'The organization that has it.' }),
    agent: t.relation('agent', {
      nullable: true,
      description: 'The agent that it is part of, if any: a release of that agent holds it.',
    }),
    managedBy: t.relation('installation', {
      type: Installation,
      nullable: true,
      description: 'The installed template that defines it; null when the organization defines it itself.',
    }),
    sourceKey: t.exposeString('sourceKey', {
      nullable: true,
      description: 'The key of its item in releases of the template. A rename there does not change it.',
    }),
    sourceRelease: t.int({
      nullable: true,
      description: 'The number of the release that its definition was last compared with.',
      select: { sourceRelease: { select: { number: true } } },
      resolve: ({ sourceRelease }) => sourceRelease?.number ?? null,
    }),
    mirroredAt: t.expose('mirroredAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its definition was last compared with a release.',
    }),
    locallyChanged: t.exposeBoolean('locallyChanged', {
      description: 'Whether its definition was changed here since. Such a change is kept.',
    }),
    lastWriter: t.expose('lastWriter', {
      type: VocabularyWriter,
      description: 'Who wrote its definition last.',
    }),
    orphaned: t.exposeBoolean('orphaned', {
      description: 'Whether it has left the template, and stays because something refers to it.',
    }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was archived; null while it is in use. An archived one keeps its past.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    viewerCanEdit: t.boolean({
      description: 'Whether the viewer may change its definition and archive it.',
      select: { organizationId: true, slug: true, installationId: true, archivedAt: true },
      resolve: (row, _args, { viewer }) =>
        isEditable(row) && can(viewer, 'vocabulary.write', row.organizationId),
    }),
  };
};
