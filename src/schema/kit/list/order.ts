/** The orders of lists. */

type Direction = 'asc' | 'desc';

export type Column = { field: string; direction: Direction; kind: Kind };

/** What a list is ordered by. Ties are broken by id, newest first. */
export type Order = {
  /** For a list that knows several orders: it is part of the cursors, so that none is taken for one of another order. */
  name?: string;
  by: readonly Column[];
};

/** How the values of a column are written in a cursor: without spaces, and in one way only. */
type Kind = { write(value: unknown): string; read(text: string): string | number | undefined };

const TIME: Kind = {
  write: (value) => (value as Date).toISOString(),
  read: (text) => {
    // JavaScript reads the 31st of February as a day in March.
    const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text));
    return isTime && new Date(text).toISOString() === text ? text : undefined;
  },
};
const NUMBER: Kind = {
  write: String,
  read: (text) => (/^(0|[1-9]\d{0,8})$/.test(text) ? Number(text) : undefined),
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

/** The latest first. */
export const byTime = (field: string): Column => ({ field, direction: 'desc', kind: TIME });
/** The least first. */
export const byNumber = (field: string): Column => ({ field, direction: 'asc', kind: NUMBER });
/** As the column's collation sorts. */
export const byText = (field: string): Column => ({ field, direction: 'asc', kind: TEXT });

export const newestFirst = (field = 'createdAt'): Order => ({ by: [byTime(field)] });

/** All columns of an order, the id last. */
export const columnsOf = ({ by }: Order): Column[] => [...by, BY_ID];
