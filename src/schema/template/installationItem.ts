import { builder } from '../kit/builder.ts';
import { TemplateItemKind } from './itemKind.ts';

export const InstallationItemState = builder.enumType('InstallationItemState', {
  description: 'The state of an item of an installation.',
  values: {
    MIRRORED: { value: 'MIRRORED', description: 'The row equals the item of the release.' },
    LOCALLY_CHANGED: {
      value: 'LOCALLY_CHANGED',
      description: 'The organization changed the row. Resyncs keep the change.',
    },
    LOCALLY_ARCHIVED: {
      value: 'LOCALLY_ARCHIVED',
      description: 'The organization archived the row. Resyncs keep it archived.',
    },
    ORPHANED: {
      value: 'ORPHANED',
      description:
        'The item has left the release. Its row stays, because something refers to it or the organization changed it.',
    },
    ARCHIVED: {
      value: 'ARCHIVED',
      description: 'The item has left the release. The installation archived its row.',
    },
    DETACHED: { value: 'DETACHED', description: 'The row was detached. The organization manages it itself.' },
    SKIPPED: { value: 'SKIPPED', description: 'A resolution left the item out. The item has no row.' },
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

/** The states of items that the organization changed or archived since a release wrote them. */
export const DRIFTED = ['LOCALLY_CHANGED', 'LOCALLY_ARCHIVED'];

export const InstallationItem = builder.prismaObject('InstallationItem', {
  sharedBy: 'MEMBERS',
  select: {},
  description: 'An item of a release that an installation mirrors or leaves out.',
  fields: (t) => ({
    kind: t.expose('kind', { type: TemplateItemKind, description: 'The kind of the item.' }),
    sourceKey: t.exposeString('sourceKey', {
      description: 'The key of the item in all releases of the template. A new slug does not change the key.',
    }),
    slug: t.exposeString('slug', {
      description:
        'The slug of the row that mirrors the item. For a DETACHED or SKIPPED item, the slug in the release.',
    }),
    state: t.field({
      type: InstallationItemState,
      description: 'The state of the item.',
      select: { state: true },
      resolve: ({ state }) => state as State,
    }),
  }),
});
