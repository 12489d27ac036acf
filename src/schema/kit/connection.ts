/**
 * Lists, each in an order of its own: newest first, unless it says otherwise, with ties by id. A cursor is a place in that
 * order, not a row: what has left the list since, or is gone altogether, still says where to go on.
 *
 * The Prisma plugin plans the query, with the list's parent, and cuts the page; its own cursors are rows. So what it
 * has planned is amended here, for every list there is.
 */
import { completeValue } from '@pothos/core';
import { type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import type { Context } from '../../context.ts';
import { badInput } from './badInput.ts';

type PageArgs = { first?: number; last?: number; after?: string; before?: string };
type PageQuery = { where?: object; cursor?: { id?: string }; skip?: number; take?: number };
type Row = Record<string, unknown>;
type Connection = {
  edges: { cursor: string; node: Row }[];
  pageInfo: { startCursor: string | null; endCursor: string | null };
};
type Selection = { select: Record<string, PageQuery | undefined> };

type Direction = 'asc' | 'desc';
type Column = { field: string; direction: Direction; kind: Kind };

/** What a list is ordered by: columns of its things, and last their ids, newest first. */
export type Order = {
  /** For a list that knows several orders: stands in its cursors, so that none is taken for one of another order. */
  name?: string;
  by: readonly Column[];
};

/** How the values of a column stand in a cursor: without spaces, and as nobody else would write them. */
type Kind = { write(value: unknown): string; read(text: string): string | number | undefined };

const TIME: Kind = {
  write: (value) => (value as Date).toISOString(),
  read: (text) => {
    // A date that there is: the 31st of February is read as one in March.
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

const BY_ID: Column = { field: 'id', direction: 'desc', kind: UUID };

/** The latest first. */
export const byTime = (field: string): Column => ({ field, direction: 'desc', kind: TIME });
/** The least first. */
export const byNumber = (field: string): Column => ({ field, direction: 'asc', kind: NUMBER });

const NEWEST_FIRST: Order = { by: [byTime('createdAt')] };

/** As the Prisma plugin writes a string, which is what it takes a place for. */
const PREFIX = 'GPC:S:';

/** To be called once, with the finished schema. */
export function finishConnections(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    const fields = type.getFields();
    if (fields.totalCount && fields.pageInfo) {
      fields.totalCount.description ??= 'How many there are in all, on whatever page.';
    }
    for (const field of Object.values(fields)) {
      if (field.args.some(({ name }) => name === 'before')) finish(field);
    }
  }
  return schema;
}

/** A list's field may name the time it is ordered by as its extension `orderedBy`, or tell its order by its arguments. */
function finish(field: GraphQLField<unknown, Context>): void {
  const { resolve } = field;
  const { pothosPrismaSelect: select, orderedBy } = field.extensions as {
    pothosPrismaSelect?: (args: PageArgs, ...rest: unknown[]) => Selection;
    orderedBy?: string | ((args: PageArgs) => Order);
  };
  const fixed = typeof orderedBy === 'string' ? { by: [byTime(orderedBy)] } : NEWEST_FIRST;
  const orderOf = typeof orderedBy === 'function' ? orderedBy : () => fixed;
  if (select) {
    field.extensions = {
      ...field.extensions,
      pothosPrismaSelect(args: PageArgs, ...rest: unknown[]): Selection {
        // Before anything is read: the list is read with its parent.
        check(args, orderOf(args));
        const planned = Object.entries(select(args, ...rest).select);
        return {
          select: Object.fromEntries(
            planned.map(([name, query]) => [
              name,
              query && name !== '_count' ? page(query, orderOf(args)) : query,
            ]),
          ),
        };
      },
    };
  }
  field.resolve = (parent, args, context, info) => {
    const order = orderOf(args);
    check(args, order);
    return completeValue(resolve?.(parent, args, context, info) as Connection, (connection) => {
      for (const edge of connection.edges) edge.cursor = cursorOf(edge.node, order);
      connection.pageInfo.startCursor = connection.edges[0]?.cursor ?? null;
      connection.pageInfo.endCursor = connection.edges.at(-1)?.cursor ?? null;
      return connection;
    });
  };
}

/** What the Prisma plugin planned for a page, in our order and from our place on. */
export function page<Query extends PageQuery>(
  { cursor, skip: _, where, ...query }: Query,
  order: Order = NEWEST_FIRST,
) {
  const columns = [...order.by, BY_ID];
  const place = cursor?.id === undefined ? undefined : readPlace(cursor.id, order);
  return {
    ...query,
    where: place ? { AND: [where ?? {}, beyond(columns, place, (query.take ?? 0) < 0)] } : where,
    orderBy: columns.map(({ field, direction }) => ({ [field]: direction })),
  };
}

type Place = (string | number)[];

/**
 * The rows after a place, or before it: by the first column past it, or not short of it and by the others past it. The
 * first condition, which the second implies, is the one an index knows.
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

function cursorOf(row: Row, { name, by }: Order): string {
  const values = [...by, BY_ID].map(({ field, kind }) => {
    if (row[field] === undefined)
      throw new Error(`A list was read without ${field}, by which it is ordered.`);
    return kind.write(row[field]);
  });
  return Buffer.from(PREFIX + [...(name ? [name] : []), ...values].join(' ')).toString('base64');
}

/** The values of a place's columns; undefined when it is none of this order. */
function readPlace(text: string, { name, by }: Order): Place | undefined {
  const texts = text.split(' ');
  if (name && texts.shift() !== name) return undefined;
  const columns = [...by, BY_ID];
  const values = texts.map((each, index) => columns[index]?.kind.read(each));
  return values.length === columns.length && values.every((value) => value !== undefined)
    ? values
    : undefined;
}

function check({ first, last, after, before }: PageArgs, order: Order): void {
  if (first != null && last != null) throw badInput('Ask for `first` or for `last`, not for both.');
  for (const cursor of [after, before]) {
    const text = cursor == null ? undefined : Buffer.from(cursor, 'base64').toString();
    if (text === undefined) continue;
    if (!text.startsWith(PREFIX) || !readPlace(text.slice(PREFIX.length), order)) {
      throw badInput('The cursor is not one of this list.');
    }
  }
}
