/** Builds the query for one page of a list. */
import { type Place, readPlace } from './cursor.ts';
import { type Column, columnsOf, type Order } from './order.ts';

export type PageQuery = {
  where?: object;
  select?: object;
  include?: object;
  cursor?: { id?: string };
  skip?: number;
  take?: number;
};

/** The Prisma plugin's query for a page, changed to this order and to the place that its cursor names. */
export function page({ cursor, skip: _, where, select, ...query }: PageQuery, order: Order) {
  const columns = columnsOf(order);
  const place = cursor?.id === undefined ? undefined : readPlace(cursor.id, order);
  return {
    ...query,
    // The cursors are made from these columns, so they are read even when no field selects them.
    ...(select && {
      select: { ...select, ...Object.fromEntries(columns.map(({ field }) => [field, true])) },
    }),
    where: place ? { AND: [where ?? {}, beyond(columns, place, (query.take ?? 0) < 0)] } : where,
    orderBy: columns.map(({ field, direction }) => ({ [field]: direction })),
  };
}

/**
 * The condition for the rows after a place, or before it when the page is read backwards. With columns a and b it is
 * `a >= x AND (a > x OR b > y)`. The `OR` alone would suffice, but only `a >= x` can use an index.
 */
function beyond([column, ...columns]: Column[], [value, ...values]: Place, isBackwards: boolean): object {
  const { field, direction } = column as Column;
  const past = (direction === 'asc') === isBackwards ? 'lt' : 'gt';
  if (columns.length === 0) return { [field]: { [past]: value } };
  return {
    [field]: { [`${past}e`]: value },
    OR: [{ [field]: { [past]: value } }, beyond(columns, values, isBackwards)],
  };
}
