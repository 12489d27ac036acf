/** The orders of a list of sessions. */
import { builder } from '../kit/builder.ts';
import { byLargeNumber, byTime, byTimeAscending, newestFirst, type Order } from '../kit/list/order.ts';
import { LIVE_BY_URGENCY } from './urgency.ts';

const ORDERS = {
  CREATED_AT: newestFirst(),
  UPDATED_AT: { name: 'UPDATED_AT', by: [byTime('updatedAt')] },
  ACTIVITY: { name: 'ACTIVITY', by: [byTime('activityLastAt')] },
  STATUS: { name: 'STATUS', by: [byLargeNumber('rank', 'standing')] },
  WAITING: { name: 'WAITING', by: [byTimeAscending('laneSince', 'standing')] },
} as const satisfies Record<string, Order>;

export type SessionOrderName = keyof typeof ORDERS;

export const SessionOrder = builder.enumType('SessionOrder', {
  description: 'The order of a list of sessions. A cursor is valid only in the order in which it was read.',
  values: {
    CREATED_AT: { value: 'CREATED_AT', description: 'The most recently spawned session first.' },
    UPDATED_AT: { value: 'UPDATED_AT', description: 'The most recently changed session first.' },
    ACTIVITY: { value: 'ACTIVITY', description: 'The session with the most recent `activityLastAt` first.' },
    STATUS: {
      value: 'STATUS',
      description: `The most urgent session first: ${LIVE_BY_URGENCY.join(', ')}, and then all terminated sessions. Sessions of one status are ordered newest first.`,
    },
    WAITING: {
      value: 'WAITING',
      description:
        'The session that has been in its lane for the longest time first. Meant for the sessions of one lane, such as NEEDS_YOU.',
    },
  } as const satisfies { [Name in SessionOrderName]: { value: Name; description: string } },
});

/** The same order and cursors as CREATED_AT, by an index that begins with the lane. */
const CREATED_IN_LANE: Order = { by: [byTime('createdAt', 'standing')] };

type OrderArgs = { orderBy: SessionOrderName; lane?: string | null };

export function orderOfSessions({ orderBy, lane }: OrderArgs): Order {
  return orderBy === 'CREATED_AT' && lane != null ? CREATED_IN_LANE : ORDERS[orderBy];
}
