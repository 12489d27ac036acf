/** Orders of lists, and how their values are written in cursors. */

type Direction = 'asc' | 'desc';

export type Column = {
  field: string;
  /** The to-one relation that has the field. Absent for a field of the row itself. */
  relation?: string;
  direction: Direction;
  kind: Kind;
};

/** The columns that a list is ordered by. Ties are broken by id, newest first. */
export type Order = {
  /** Required for a list with several orders. Cursors contain it, so that a cursor of another order is refused. */
  name?: string;
  by: readonly Column[];
};

/** How values of one type are written in a cursor. Each value has one text, without spaces. */
type Kind = { write(value: unknown): string; read(text: string): string | number | undefined };

const TIME: Kind = {
  write: (value) => (value as Date).toISOString(),
  read: (text) => {
    // `Date.parse` accepts February 31 as a day in March.
    const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text));
    return isTime && new Date(text).toISOString() === text ? text : undefined;
  },
};
const NUMBER: Kind = {
  write: String,
  read: (text) => (/^(0|[1-9]\d{0,8})$/.test(text) ? Number(text) : undefined),
};
const LARGE_NUMBER: Kind = {
  write: String,
  read: (text) => (/^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : undefined),
};
const UUID: Kind = {
  write: String,
  read: (text) => (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text : undefined),
};
const TEXT: Kind = {
  write: (value) => Buffer.from(String(value)).toString('base64url'),
  read: (text) => {
    const value = Buffer.from(text, 'base64url').toString();
    return TEXT.write(value) === text && !value.includes('\0') ? value : undefined;
  },
};

const BY_ID: Column = { field: 'id', direction: 'desc', kind: UUID };

/** Latest first. */
export const byTime = (field: string, relation?: string): Column => ({
  field,
  relation,
  direction: 'desc',
  kind: TIME,
});
/** Earliest first. */
export const byTimeAscending = (field: string, relation?: string): Column => ({
  ...byTime(field, relation),
  direction: 'asc',
});
/** Smallest first. */
export const byNumber = (field: string, relation?: string): Column => ({
  field,
  relation,
  direction: 'asc',
  kind: NUMBER,
});
/** Smallest first. The column is a `bigint`. */
export const byLargeNumber = (field: string, relation?: string): Column => ({
  ...byNumber(field, relation),
  kind: LARGE_NUMBER,
});
/** As the column's collation sorts. */
export const byText = (field: string): Column => ({ field, direction: 'asc', kind: TEXT });

export const newestFirst = (field = 'createdAt'): Order => ({ by: [byTime(field)] });

/** All columns of an order. The last one is the id. */
export const columnsOf = ({ by }: Order): Column[] => [...by, BY_ID];
