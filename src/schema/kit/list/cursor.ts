/**
 * Cursors of lists. A cursor names a place in an order and not a row, so it stays valid when its row leaves the list or
 * is deleted.
 */
import { badInput } from '../badInput.ts';
import { columnsOf, type Order } from './order.ts';

export type Row = Record<string, unknown>;

/** A place in an order: one value for each of its columns. */
export type Place = (string | number)[];

/** The prefix of the Prisma plugin's string cursors. The plugin passes the text behind it on unread. */
const PREFIX = 'GPC:S:';

export function cursorOf(row: Row, order: Order): string {
  const values = columnsOf(order).map(({ field, relation, kind }) => {
    const value = (relation ? (row[relation] as Row | null) : row)?.[field];
    if (value === undefined) throw new Error(`A list was read without ${field}, by which it is ordered.`);
    return kind.write(value);
  });
  const text = [...(order.name ? [order.name] : []), ...values].join(' ');
  return Buffer.from(PREFIX + text).toString('base64');
}

/** Reads the place from a cursor's text. Undefined when the text is not a cursor of this order. */
export function readPlace(text: string, order: Order): Place | undefined {
  const texts = text.split(' ');
  if (order.name && texts.shift() !== order.name) return undefined;
  const columns = columnsOf(order);
  const values = texts.map((each, index) => columns[index]?.kind.read(each));
  return values.length === columns.length && values.every((value) => value !== undefined)
    ? values
    : undefined;
}

/**
 * The place that a cursor names.
 * @throws BAD_USER_INPUT when the text is not a cursor of this order
 */
export function placeOf(cursor: string, order: Order): Place {
  const text = Buffer.from(cursor, 'base64').toString();
  const place = text.startsWith(PREFIX) ? readPlace(text.slice(PREFIX.length), order) : undefined;
  if (!place) throw badInput('The cursor is not one of this list.');
  return place;
}
