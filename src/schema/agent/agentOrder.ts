/** The orders of a list of agents. */
import { builder } from '../kit/builder.ts';
import { byTime, newestFirst, type Order } from '../kit/list/order.ts';

const ORDERS = {
  HIRED_AT: newestFirst('hiredAt'),
  UPDATED_AT: { name: 'UPDATED_AT', by: [byTime('updatedAt')] },
} as const satisfies Record<string, Order>;

type AgentOrderName = keyof typeof ORDERS;

export const AgentOrder = builder.enumType('AgentOrder', {
  description: 'The order of a list of agents. A cursor is valid only in the order in which it was read.',
  values: {
    HIRED_AT: { value: 'HIRED_AT', description: 'The most recently hired agent first.' },
    UPDATED_AT: { value: 'UPDATED_AT', description: 'The most recently changed agent first.' },
  } as const satisfies { [Name in AgentOrderName]: { value: Name; description: string } },
});

export function orderOfAgents({ orderBy }: { orderBy: AgentOrderName }): Order {
  return ORDERS[orderBy];
}
