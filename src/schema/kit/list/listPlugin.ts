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
import { badInput } from '../badInput.ts';
import { cursorOf, placeOf, type Row } from './cursor.ts';
import type { Order } from './order.ts';
import { type PageQuery, page } from './page.ts';

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

type Connection = { edges: { node: Row }[]; pageInfo: object };
type Selection = { select: Record<string, PageQuery | undefined> };
type Select = (args: PageArgs, ...rest: unknown[]) => Selection;

class ListPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  /** Puts the order into the plan of a list that is read with its parent. */
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const { listOrder, pothosPrismaSelect } = field.extensions ?? {};
    // Null: the field's resolver orders and pages the list.
    if (field.args.before && listOrder === undefined) {
      throw new PothosSchemaError(`The list ${field.parentType}.${field.name} states no order.`);
    }
    if (!listOrder || !pothosPrismaSelect) return field;
    const ordered = inOrder(pothosPrismaSelect as Select, listOrder as OrderOf);
    return { ...field, extensions: { ...field.extensions, pothosPrismaSelect: ordered } };
  }

  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const orderOf = field.extensions?.listOrder as OrderOf | undefined;
    if (!orderOf) return resolver;
    return (parent, args, context, info) => {
      const order = orderOf(args);
      check(args, order);
      return completeValue(resolver(parent, args, context, info) as Connection, (connection) =>
        withCursors(connection, order),
      );
    };
  }
}

SchemaBuilder.registerPlugin(pluginName, ListPlugin);

function inOrder(select: Select, orderOf: OrderOf): Select {
  return (args, ...rest) => {
    const order = orderOf(args);
    // Checked here, because the list is read with its parent and before its own resolver runs.
    check(args, order);
    const planned = Object.entries(select(args, ...rest).select);
    return {
      select: Object.fromEntries(
        planned.map(([name, query]) => [name, query && name !== '_count' ? page(query, order) : query]),
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
