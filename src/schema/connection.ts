/**
 * Lists, newest first with ties by id. A cursor is a place in that order, not a row: what has left the list since, or
 * is gone altogether, still says where to go on.
 *
 * The Prisma plugin plans the query, with the list's parent, and cuts the page; its own cursors are rows. So what it
 * has planned is amended here, for every list there is.
 */
import { completeValue } from '@pothos/core';
import { type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import type { Context } from '../context.ts';
import { badInput } from './badInput.ts';

type PageArgs = { first?: number; last?: number; after?: string; before?: string };
type PageQuery = { where?: object; cursor?: { id?: string }; skip?: number; take?: number };
type Row = Record<string, unknown>;
type Connection = {
  edges: { cursor: string; node: Row }[];
  pageInfo: { startCursor: string | null; endCursor: string | null };
};
type Selection = { select: Record<string, PageQuery | undefined> };

/** As the Prisma plugin writes a string, which is what it takes a place for. */
const CURSOR =
  /^GPC:S:(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

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

/** A list's field may name the time it is ordered by as its extension `orderedBy`. */
function finish(field: GraphQLField<unknown, Context>): void {
  const { resolve } = field;
  const { pothosPrismaSelect: select, orderedBy = 'createdAt' } = field.extensions as {
    pothosPrismaSelect?: (args: PageArgs, ...rest: unknown[]) => Selection;
    orderedBy?: string;
  };
  if (select) {
    field.extensions = {
      ...field.extensions,
      pothosPrismaSelect(args: PageArgs, ...rest: unknown[]): Selection {
        // Before anything is read: the list is read with its parent.
        check(args);
        const planned = Object.entries(select(args, ...rest).select);
        return {
          select: Object.fromEntries(
            planned.map(([name, query]) => [
              name,
              query && name !== '_count' ? page(query, orderedBy) : query,
            ]),
          ),
        };
      },
    };
  }
  field.resolve = (parent, args, context, info) => {
    check(args);
    return completeValue(resolve?.(parent, args, context, info) as Connection, (connection) => {
      for (const edge of connection.edges) edge.cursor = cursorOf(edge.node, orderedBy);
      connection.pageInfo.startCursor = connection.edges[0]?.cursor ?? null;
      connection.pageInfo.endCursor = connection.edges.at(-1)?.cursor ?? null;
      return connection;
    });
  };
}

/** What the Prisma plugin planned for a page, in our order and from our place on. */
export function page<Query extends PageQuery>(
  { cursor, skip: _, where, ...query }: Query,
  orderedBy = 'createdAt',
) {
  return {
    ...query,
    where: cursor?.id ? { AND: [where ?? {}, beyond(cursor.id, (query.take ?? 0) < 0, orderedBy)] } : where,
    orderBy: [{ [orderedBy]: 'desc' as const }, { id: 'desc' as const }],
  };
}

/** The rows after a place, or before it. The first condition, which the second implies, is the one an index knows. */
function beyond(place: string, isBackwards: boolean, orderedBy: string): object {
  const [at = '', id = ''] = place.split(' ');
  const [past, upTo] = isBackwards ? ['gt', 'gte'] : ['lt', 'lte'];
  return {
    [orderedBy]: { [upTo as string]: at },
    OR: [{ [orderedBy]: { [past as string]: at } }, { id: { [past as string]: id } }],
  };
}

function cursorOf({ id, ...row }: Row, orderedBy: string): string {
  const at = row[orderedBy];
  if (!(at instanceof Date)) throw new Error(`A list was read without ${orderedBy}, by which it is ordered.`);
  return Buffer.from(`GPC:S:${at.toISOString()} ${id}`).toString('base64');
}

function check({ first, last, after, before }: PageArgs): void {
  if (first != null && last != null) throw badInput('Ask for `first` or for `last`, not for both.');
  for (const cursor of [after, before]) {
    if (cursor != null && !isCursor(cursor)) throw badInput('The cursor is not one of this list.');
  }
}

function isCursor(cursor: string): boolean {
  const [, at] = CURSOR.exec(Buffer.from(cursor, 'base64').toString()) ?? [];
  // A date that there is: the 31st of February is read as one in March.
  return at !== undefined && !Number.isNaN(Date.parse(at)) && new Date(at).toISOString() === at;
}
