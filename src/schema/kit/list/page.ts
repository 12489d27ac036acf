/** Builds the query for one page of a list. */
import { type Place, readPlace } from './cursor.ts';
import { type Column, columnsOf, type Order } from './order.ts';

type Select = Record<string, unknown>;

export type PageQuery = {
  where?: object;
  select?: Select;
  include?: object;
  cursor?: { id?: string };
  skip?: number;
  take?: number;
};

/**
 * The Prisma plugin's query for a page, changed to this order and to the place that its cursor names.
 *
 * @param hasCursors whether the cursors of its rows are asked for. Default true.
 */
export function page(
  { cursor, skip: _, where, select, ...query }: PageQuery,
  order: Order,
  hasCursors = true,
) {
  const columns = columnsOf(order);
  const place = cursor?.id === undefined ? undefined : readPlace(cursor.id, order);
  return {
    ...query,
    // The cursors are made from these columns, which no field may select.
    ...(select && { select: hasCursors ? columns.reduce(withColumn, select) : select }),
    where: place ? { AND: [where ?? {}, beyond(columns, place, (query.take ?? 0) < 0)] } : where,
    orderBy: columns.map((column) => at(column, column.direction)),
  };
}

function withColumn(select: Select, { field, relation }: Column): Select {
  if (!relation) return { ...select, [field]: true };
  const selected = select[relation] as { select?: Select } | undefined;
  return { ...select, [relation]: { ...selected, select: { ...selected?.select, [field]: true } } };
}

/** A value at the place of a column in a Prisma query. */
function at({ field, relation }: Column, value: unknown): object {
  return relation ? { [relation]: { [field]: value } } : { [field]: value };
}

/**
 * The condition for the rows after a place, or before it when the page is read backwards. With columns a and b it is
 * `a >= x AND (a > x OR b > y)`. The `OR` alone would suffice, but only `a >= x` can use an index.
 */
function beyond([column, ...columns]: Column[], [value, ...values]: Place, isBackwards: boolean): object {
  const past = ((column as Column).direction === 'asc') === isBackwards ? 'lt' : 'gt';
  const is = (comparison: string) => at(column as Column, { [comparison]: value });
  if (columns.length === 0) return is(past);
  return { ...is(`${past}e`), OR: [is(past), beyond(columns, values, isBackwards)] };
}
