import type { OrderOf, PageArgs } from './listPlugin.ts';
import { newestFirst, type Order } from './order.ts';

/**
 * Options of a `t.relatedConnection`, the list of the rows that are related to its parent. One statement reads the pages
 * and the counts of all parents together with the parents themselves: each page is a subquery of its parent's
 * row, and ends after its last row. The option `query` of the field states the filter.
 *
 * An index must lead with the columns of the relation and continue with those of the order, unless the list is short.
 */
export function relatedList<Args = PageArgs>(orderBy: Order | ((args: Args) => Order) = newestFirst()) {
  const listOrder = (typeof orderBy === 'function' ? orderBy : () => orderBy) as OrderOf;
  return {
    cursor: 'id',
    totalCount: true,
    extensions: { listOrder },
  } as const;
}
