import { can } from '../../auth/policy.ts';
import { isEditable } from '../../services/vocabulary/vocabularyRule.ts';
import type { builder } from '../kit/builder.ts';
import { Installation } from '../template/installation.ts';
import { VocabularyWriter } from './enum.ts';

type EntityTypeFields = Parameters<Parameters<typeof builder.prismaObjectFields<'EntityType'>>[1]>[0];

/**
 * The fields that all four kinds of vocabulary share. Their tables have these columns and relations under the same
 * names.
 */
// biome-ignore lint/suspicious/noExplicitAny: the builder's type depends on the table.
export const vocabularyFields = (fields: any) => {
  const t: EntityTypeFields = fields;
  return {
    slug: t.exposeString('slug', {
      description:
        'The name of the definition for programs, unique in the organization among the live definitions of the same kind, and for a classifier among those of the same watcher. A slug that starts with `$` belongs to the platform.',
    }),
    name: t.exposeString('name', { description: 'The name of the definition for people.' }),
    displayName: t.exposeString('displayName', {
      nullable: true,
      description:
        'The name that the organization shows instead of `name`; null when it shows `name`. Releases do not change it.',
    }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'A text that explains the definition to people; null when there is none.',
    }),
    organization: t.relation('organization', {
      description: 'The organization that the definition belongs to.',
    }),
    agent: t.relation('agent', {
      nullable: true,
      description:
        'The agent that the definition belongs to, so that releases of that agent contain it; null when it belongs to no agent.',
    }),
    managedBy: t.relation('installation', {
      type: Installation,
      nullable: true,
      description:
        'The installation that manages the definition; null when the organization wrote the definition itself.',
    }),
    sourceKey: t.exposeString('sourceKey', {
      nullable: true,
      description:
        'The key of the item in the releases of the template. A new slug does not change the key. Null when no installation manages the definition.',
    }),
    sourceRelease: t.int({
      nullable: true,
      description:
        'The number of the release that the definition was last compared with; null when no installation manages it.',
      select: { sourceRelease: { select: { number: true } } },
      resolve: ({ sourceRelease }) => sourceRelease?.number ?? null,
    }),
    mirroredAt: t.expose('mirroredAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the definition was last compared with a release; null when no installation manages it.',
    }),
    locallyChanged: t.exposeBoolean('locallyChanged', {
      description:
        'Whether the organization changed the definition after a release wrote it. A resync keeps such a change. False when no installation manages the definition.',
    }),
    lastWriter: t.expose('lastWriter', {
      type: VocabularyWriter,
      description: 'The side that last wrote the definition: the organization or an installation.',
    }),
    orphaned: t.exposeBoolean('orphaned', {
      description:
        'Whether the item has left the template while the definition stays, because something refers to it or the organization changed it.',
    }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the definition was archived; null while it is live. Versions and windows of an archived definition stay readable.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the definition was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the definition last changed.' }),
    viewerCanEdit: t.boolean({
      sharedBy: 'ROLE',
      description:
        'Whether the viewer may change and archive the definition: the viewer is OWNER or ADMIN, and the definition is live, not managed by an installation, and not defined by the platform.',
      select: { organizationId: true, slug: true, installationId: true, archivedAt: true },
      resolve: (row, _args, { viewer }) =>
        isEditable(row) && can(viewer, 'vocabulary.write', row.organizationId),
    }),
  };
};
