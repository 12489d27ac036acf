/**
 * Gives each list an order and cursors of that order. The default order is newest first, with ties by id.
 *
 * The Prisma plugin plans the query of a connection, alone or together with the list's parent, and cuts the page. Its
 * cursors are row ids. This plugin replaces them.
 */
import SchemaBuilder, {
  BasePlugin,
  completeValue,
  type PothosOutputFieldConfig,
  PothosSchemaError,
  type SchemaTypes,
} from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import type { Context } from '../../../context.ts';
import { badInput } from '../badInput.ts';
import { cursorOf, placeOf, type Row } from './cursor.ts';
import type { Order } from './order.ts';
import { type PageQuery, page, withoutRows } from './page.ts';
import { withRows } from './pageRows.ts';

const pluginName = 'list';

export default pluginName;

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      list: ListPlugin<Types>;
    }
  }
}

export type PageArgs = { first?: number; last?: number; after?: string; before?: string };
/** The order of a list, chosen by the list's arguments. */
export type OrderOf = (args: PageArgs) => Order;

/** Whether a page of a list is found before its rows are read. */
type PageFirst = (args: PageArgs) => boolean;

type Connection = { edges: { node: Row }[]; pageInfo: object };
type Selection = { select: Record<string, PageQuery | undefined> };
type Select = (args: PageArgs, ...rest: unknown[]) => Selection;

class ListPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  /** Puts the order into the plan of a list that is read with its parent. */
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const { listOrder, listPageFirst, pothosPrismaSelect } = field.extensions ?? {};
    // Null: the field's resolver orders and pages the list.
    if (field.args.before && listOrder === undefined) {
      throw new PothosSchemaError(`The list ${field.parentType}.${field.name} states no order.`);
    }
    if (!listOrder || !pothosPrismaSelect) return field;
    const ordered = inOrder(pothosPrismaSelect as Select, listOrder as OrderOf, listPageFirst as PageFirst);
    return { ...field, extensions: { ...field.extensions, pothosPrismaSelect: ordered } };
  }

  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const orderOf = field.extensions?.listOrder as OrderOf | undefined;
    if (!orderOf) return resolver;
    const pageFirst = field.extensions?.listPageFirst as PageFirst | undefined;
    return (parent, args, context, info) => {
      const order = orderOf(args);
      check(args, order);
      return completeValue(resolver(parent, args, context, info) as Connection, (connection) => {
        const page = withCursors(connection, order);
        return pageFirst?.(args) ? withRows(page, context as Context, info) : page;
      });
    };
  }
}

SchemaBuilder.registerPlugin(pluginName, ListPlugin);

function inOrder(select: Select, orderOf: OrderOf, pageFirst: PageFirst = () => false): Select {
  return (args, ...rest) => {
    const order = orderOf(args);
    // Checked here, because the list is read with its parent and before its own resolver runs.
    check(args, order);
    const planned = Object.entries(select(args, ...rest).select);
    const pageOf = (query: PageQuery) => {
      const ordered = page(query, order);
      return pageFirst(args) ? withoutRows(ordered, order) : ordered;
    };
    return {
      select: Object.fromEntries(
        planned.map(([name, query]) => [name, query && name !== '_count' ? pageOf(query) : query]),
      ),
    };
  };
}

/** The cursors are getters, so that each is made only when it is selected. */
function withCursors({ edges, pageInfo, ...connection }: Connection, order: Order) {
  const first = edges[0]?.node;
  const last = edges.at(-1)?.node;
  return {
    ...connection,
    edges: edges.map(({ node }) => ({
      node,
      get cursor() {
        return cursorOf(node, order);
      },
    })),
    pageInfo: {
      ...pageInfo,
      get startCursor() {
        return first ? cursorOf(first, order) : null;
      },
      get endCursor() {
        return last ? cursorOf(last, order) : null;
      },
    },
  };
}

function check({ first, last, after, before }: PageArgs, order: Order): void {
  if (first != null && last != null) throw badInput('Ask for `first` or for `last`, not for both.');
  for (const cursor of [after, before]) if (cursor != null) placeOf(cursor, order);
}
