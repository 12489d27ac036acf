/**
 * Cursors of lists. A cursor is a place in an order, not a row: when the row has left the list, or is deleted, the
 * cursor still says where to go on.
 */
import { badInput } from '../badInput.ts';
import { columnsOf, type Order } from './order.ts';

export type Row = Record<string, unknown>;

/** The values of an order's columns. */
export type Place = (string | number)[];

/** As the Prisma plugin writes a string: it hands the text on without looking into it. */
const PREFIX = 'GPC:S:';

export function cursorOf(row: Row, order: Order): string {
  const values = columnsOf(order).map(({ field, kind }) => {
    if (row[field] === undefined) {
      throw new Error(`A list was read without ${field}, by which it is ordered.`);
    }
    return kind.write(row[field]);
  });
  const text = [...(order.name ? [order.name] : []), ...values].join(' ');
  return Buffer.from(PREFIX + text).toString('base64');
}

/** The place in the text of a cursor; undefined when it is none of this order. */
export function readPlace(text: string, order: Order): Place | undefined {
  const texts = text.split(' ');
  if (order.name && texts.shift() !== order.name) return undefined;
  const columns = columnsOf(order);
  const values = texts.map((each, index) => columns[index]?.kind.read(each));
  return values.length === columns.length && values.every((value) => value !== undefined)
    ? values
    : undefined;
}

/** @throws BAD_USER_INPUT for a cursor that is none of this order */
export function checkCursor(cursor: string, order: Order): void {
  const text = Buffer.from(cursor, 'base64').toString();
  if (!text.startsWith(PREFIX) || !readPlace(text.slice(PREFIX.length), order)) {
    throw badInput('The cursor is not one of this list.');
  }
}
