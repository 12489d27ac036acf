/** The query for one page of a list. */
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

/** What the Prisma plugin planned for a page, in this order and from this place on. */
export function page({ cursor, skip: _, where, select, ...query }: PageQuery, order: Order) {
  const columns = columnsOf(order);
  const place = cursor?.id === undefined ? undefined : readPlace(cursor.id, order);
  return {
    ...query,
    // The cursors are made from these columns, whatever else is selected.
    ...(select && {
      select: { ...select, ...Object.fromEntries(columns.map(({ field }) => [field, true])) },
    }),
    where: place ? { AND: [where ?? {}, beyond(columns, place, (query.take ?? 0) < 0)] } : where,
    orderBy: columns.map(({ field, direction }) => ({ [field]: direction })),
  };
}

/**
 * The rows after a place, or before it: by the first column past it, or not short of it and by the others past it. The
 * first condition, which the second implies, is the one an index can use.
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
