/** The orders in which sessions can be listed. */
import { builder } from '../kit/builder.ts';
import { byNumber, byTime, newestFirst, type Order } from '../kit/list/order.ts';

const ORDERS = {
  CREATED_AT: newestFirst(),
  UPDATED_AT: { name: 'UPDATED_AT', by: [byTime('updatedAt')] },
  ACTIVITY: { name: 'ACTIVITY', by: [byTime('activityLastAt')] },
  STATUS: { name: 'STATUS', by: [byNumber('urgency'), byTime('createdAt')] },
} as const satisfies Record<string, Order>;

export type SessionOrderName = keyof typeof ORDERS;

export const SessionOrder = builder.enumType('SessionOrder', {
  description: 'An order to list sessions in. A cursor is good in the order it was read in.',
  values: {
    CREATED_AT: { value: 'CREATED_AT', description: 'Newest first.' },
    UPDATED_AT: { value: 'UPDATED_AT', description: 'Last changed first.' },
    ACTIVITY: { value: 'ACTIVITY', description: 'Last active first.' },
    STATUS: {
      value: 'STATUS',
      description:
        'Most urgent first, those of one status newest first: NEEDS_INPUT, EXITED, NO_SIGNAL, CI_FAILED, CHANGES_REQUESTED, MERGEABLE, APPROVED, MERGED, REVIEW_PENDING, PR_OPEN, DRAFT, IDLE, WORKING; then all that are terminated.',
    },
  } as const satisfies { [Name in SessionOrderName]: { value: Name; description: string } },
});

export function orderOfSessions({ orderBy }: { orderBy: SessionOrderName }): Order {
  return ORDERS[orderBy];
}
