import type { Change as ChangeShape } from '../../feed/log/change.ts';
import { globalId } from '../../value/globalId.ts';
import { builder } from '../kit/builder.ts';
import { Actor } from './actor.ts';
import { ChangeType } from './changeType.ts';
import { entityOf } from './entity.ts';

/** The fields of every event. Each event type adds the objects that it is about. */
export const FeedEvent = builder.interfaceRef<ChangeShape>('FeedEvent').implement({
  sharedBy: 'MEMBERS',
  description: 'A committed change of one object, delivered by a subscription.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description:
        'The position of the change in the feed. A subscription `after` it delivers the changes that follow.',
    }),
    type: t.expose('type', { type: ChangeType, description: 'The kind of change to the object.' }),
    entityId: t.id({
      description: 'The global id of the object that changed, also when the object was deleted.',
      resolve: ({ entityType, entityId }) => globalId(entityType, entityId),
    }),
    changed: t.stringList({
      description:
        'The names of the fields that changed, as the type of the object spells them; empty for an object that was created or deleted.',
      resolve: ({ payload }) => payload.changed as string[],
    }),
    payload: t.expose('payload', {
      type: 'JSON',
      description:
        'The change as JSON: `{ row, changed, … }`. `row` holds the public fields of the object after the change (before it, for a deletion), with the field names, global ids and enum values of this schema. `changed` lists the names of the changed fields. PR_SESSION_CHANGED adds `from` and `to`, the global ids of the sessions. In a payload over 64 KB, strings over 64 KB are cut, and `truncated` lists their names.',
    }),
    occurredAt: t.expose('occurredAt', {
      type: 'DateTime',
      description: 'When the change was made, shortly before its transaction committed.',
    }),
    actor: t.field({
      type: Actor,
      description: 'The person, agent or program that made the change.',
      resolve: ({ actor }) => actor,
    }),
    requestId: t.exposeString('requestId', {
      nullable: true,
      description:
        'The id of the request that made the change; null when a background job or another program made it.',
    }),
  }),
});

export const Change = builder.objectRef<ChangeShape>('Change').implement({
  sharedBy: 'MEMBERS',
  description: 'A committed change of one object.',
  interfaces: [FeedEvent],
  isTypeOf: () => true,
  fields: (t) => ({
    entity: t.field({
      type: builder.nodeInterfaceRef(),
      nullable: true,
      description:
        'The object that changed, as `node` returns it: read at delivery, and at least as new as the change; null when it no longer exists.',
      resolve: (change, _args, context, info) => entityOf(change, context, info) as never,
    }),
    tokenId: t.id({
      nullable: true,
      description:
        "The global id of the token that the request was sent with; null when no request made the change. Another person's token that works in several organizations has an id here, but `node` returns null for it.",
      resolve: ({ tokenId }) => tokenId && globalId('Token', tokenId),
    }),
  }),
});
