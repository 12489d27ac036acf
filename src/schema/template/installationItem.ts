import { builder } from '../kit/builder.ts';
import { TemplateItemKind } from './itemKind.ts';

export const InstallationItemState = builder.enumType('InstallationItemState', {
  description: 'How an item of an installation stands.',
  values: {
    MIRRORED: { value: 'MIRRORED', description: 'The row is as the release says.' },
    LOCALLY_CHANGED: {
      value: 'LOCALLY_CHANGED',
      description: 'The row was changed here. Resyncs keep that.',
    },
    LOCALLY_ARCHIVED: {
      value: 'LOCALLY_ARCHIVED',
      description: 'The row was archived here. Resyncs keep that.',
    },
    ORPHANED: {
      value: 'ORPHANED',
      description:
        'The item has left the release, and its row stays because something refers to it or it was changed here.',
    },
    ARCHIVED: { value: 'ARCHIVED', description: 'The item has left the release, and its row is archived.' },
    DETACHED: { value: 'DETACHED', description: 'The row was detached, and is the organization’s own.' },
    SKIPPED: { value: 'SKIPPED', description: 'A resolution leaves the item out.' },
  } as const,
});

type State =
  | 'MIRRORED'
  | 'LOCALLY_CHANGED'
  | 'LOCALLY_ARCHIVED'
  | 'ORPHANED'
  | 'ARCHIVED'
  | 'DETACHED'
  | 'SKIPPED';

/** What was changed or archived here since a release wrote it. */
export const DRIFTED = ['LOCALLY_CHANGED', 'LOCALLY_ARCHIVED'];

export const InstallationItem = builder.prismaObject('InstallationItem', {
  description: 'An item of the release that an installation mirrors or leaves out.',
  fields: (t) => ({
    kind: t.expose('kind', { type: TemplateItemKind, description: 'What it is.' }),
    sourceKey: t.exposeString('sourceKey', { description: 'Its key in all releases of the template.' }),
    slug: t.exposeString('slug', {
      description: 'The slug of its row; of a detached or skipped one, its slug in the release.',
    }),
    state: t.field({
      type: InstallationItemState,
      description: 'How it stands.',
      select: { state: true },
      resolve: ({ state }) => state as State,
    }),
  }),
});
