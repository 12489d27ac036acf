import type { ActorFilter } from '../../feed/log/filter.ts';
import { id as idOf, parseGlobalId } from '../../globalId.ts';
import { Change } from '../../schema/feed/change.ts';
import { ChangeType, changeTypesOf } from '../../schema/feed/changeType.ts';
import { builder } from '../../schema/index.ts';
import { resolveChange, subscribe } from '../kit/subscribe.ts';
import { subscriptionArgs } from '../kit/subscriptionArgs.ts';
import { changePage } from './changePage.ts';

const ChangeEdge = builder.edgeObject({ type: Change, name: 'OrganizationChangesConnectionEdge' });
const ChangeConnection = builder.connectionObject(
  {
    type: Change,
    name: 'OrganizationChangesConnection',
    fields: (t) => ({
      totalCount: t.int({
        description: 'How many there are in all, whatever `after` says.',
        resolve: ({ totalCount }) => (typeof totalCount === 'function' ? totalCount() : totalCount),
      }),
    }),
  },
  ChangeEdge,
);

builder.prismaObjectFields('Organization', (t) => ({
  feedCursor: t.string({
    description:
      'The position of the feed before anything else of this operation was read: a subscription `after` it misses nothing that the rest of the answer does not show already.',
    resolve: (_organization, _args, { startPosition }) => {
      if (startPosition === undefined)
        throw new Error('The feed position was not read before the operation.');
      return startPosition;
    },
  }),
  changes: t.field({
    type: ChangeConnection,
    description:
      'Its stored changes, oldest first: what happened within the retention. Its cursors are those of the subscriptions. Errors: CURSOR_EXPIRED (with `oldestCursor`), INVALID_CURSOR.',
    args: {
      first: t.arg.int({ description: 'How many: 25 unless told, 100 at most.' }),
      after: t.arg.string({
        description: 'Only what comes after this position; from the oldest without it.',
      }),
      types: t.arg({ type: [ChangeType], description: 'Only changes of these types.' }),
      entityId: t.arg.id({ description: 'Only changes of the thing with this global id.' }),
      actorId: t.arg.id({ description: 'Only changes by the user or agent with this global id.' }),
      since: t.arg({ type: 'DateTime', description: 'Only changes at or after this moment.' }),
      until: t.arg({ type: 'DateTime', description: 'Only changes before this moment.' }),
    },
    resolve: ({ id }, { first, after, types, entityId, actorId, since, until }, { feed, db }) =>
      changePage(feed, db, first, {
        organizationId: id,
        after: after ?? undefined,
        ...ofEntity(entityId, types ?? undefined),
        actor: actorId == null ? undefined : actorOf(actorId),
        since: since ?? undefined,
        until: until ?? undefined,
      }),
  }),
}));

function actorOf(raw: string): ActorFilter {
  const isAgent = parseGlobalId(raw)?.type === 'Agent';
  return isAgent ? { kind: 'AGENT', id: idOf('Agent', raw) } : { kind: 'USER', id: idOf('User', raw) };
}

/** Changes of one thing are of the types that there are of its type: its id by another name is that of nothing. */
function ofEntity(raw: string | null | undefined, types: readonly string[] | undefined) {
  if (raw == null) return { types };
  const entity = parseGlobalId(raw);
  const possible = entity ? changeTypesOf(entity.type) : [];
  return {
    entityId: entity?.uuid ?? idOf('', ''),
    types: possible.filter((type) => types?.includes(type) ?? true),
  };
}

builder.subscriptionField('changes', (t) =>
  t.field({
    type: Change,
    description: 'Every change of an organization.',
    args: {
      ...subscriptionArgs(t),
      types: t.arg({ type: [ChangeType], description: 'Only changes of these types.' }),
    },
    subscribe: (_root, { organizationId, after, types }, context) =>
      subscribe(context, { organizationId, after, types }),
    resolve: resolveChange,
  }),
);
