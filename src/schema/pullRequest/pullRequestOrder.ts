/** The orders of a list of pull requests. */
import { builder } from '../kit/builder.ts';
import { byTime, newestFirst, type Order } from '../kit/list/order.ts';

const ORDERS = {
  CREATED_AT: newestFirst(),
  UPDATED_AT: { name: 'UPDATED_AT', by: [byTime('updatedAt')] },
  STATE_CHANGED_AT: { name: 'STATE_CHANGED_AT', by: [byTime('stateChangedAt')] },
} as const satisfies Record<string, Order>;

type PullRequestOrderName = keyof typeof ORDERS;

export const PullRequestOrder = builder.enumType('PullRequestOrder', {
  description:
    'The order of a list of pull requests. A cursor is valid only in the order in which it was read.',
  values: {
    CREATED_AT: { value: 'CREATED_AT', description: 'The most recently opened pull request first.' },
    UPDATED_AT: { value: 'UPDATED_AT', description: 'The most recently changed pull request first.' },
    STATE_CHANGED_AT: {
      value: 'STATE_CHANGED_AT',
      description: 'The pull request whose `state` changed most recently first.',
    },
  } as const satisfies { [Name in PullRequestOrderName]: { value: Name; description: string } },
});

export function orderOfPullRequests({ orderBy }: { orderBy: PullRequestOrderName }): Order {
  return ORDERS[orderBy];
}
