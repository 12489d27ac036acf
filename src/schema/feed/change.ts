import type { Change as ChangeShape } from '../../feed/log/change.ts';
import { globalId } from '../../globalId.ts';
import { builder } from '../kit/builder.ts';
import { Actor } from './actor.ts';
import { ChangeType } from './changeType.ts';

/** What every event of a subscription has; the things it is about stand beside. */
export const FeedEvent = builder.interfaceRef<ChangeShape>('FeedEvent').implement({
  description: 'A committed change, as it was heard.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description: 'Its position in the feed. A subscription `after` it goes on with the next one.',
    }),
    occurredAt: t.expose('occurredAt', {
      type: 'DateTime',
      description: 'When it was made, shortly before its commit.',
    }),
    actor: t.field({ type: Actor, description: 'Who made it.', resolve: ({ actor }) => actor }),
    requestId: t.exposeString('requestId', {
      nullable: true,
      description: 'The request that made it; null when a job or another program did.',
    }),
  }),
});

export const Change = builder.objectRef<ChangeShape>('Change').implement({
  description: 'A committed change of one thing.',
  interfaces: [FeedEvent],
  isTypeOf: () => true,
  fields: (t) => ({
    type: t.expose('type', { type: ChangeType, description: 'What happened.' }),
    entityId: t.id({
      description: 'The global id of what changed.',
      resolve: ({ entityType, entityId }) => globalId(entityType, entityId),
    }),
    payload: t.expose('payload', {
      type: 'JSON',
      description:
        '`{ row, changed, … }`: the public image after the change (before it, for a deletion) with the field names of this schema, global ids and enum values; the names of the changed fields; for PR_SESSION_CHANGED the global ids `from` and `to`. Strings over 64 KB are cut and listed in `truncated`.',
    }),
  }),
});
