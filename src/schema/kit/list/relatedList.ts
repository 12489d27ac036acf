import type { OrderOf } from './listPlugin.ts';
import { newestFirst } from './order.ts';

/**
 * Options of a `t.relatedConnection`, a list that is read together with its parent. Only for lists that stay short,
 * because Prisma reads all related rows and cuts the page in memory.
 */
export function relatedList(orderBy = newestFirst()) {
  const listOrder: OrderOf = () => orderBy;
  return { cursor: 'id', totalCount: true, extensions: { listOrder } } as const;
}
