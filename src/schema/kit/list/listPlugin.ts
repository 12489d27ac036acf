/**
 * Gives each list an order and cursors of that order. The default order is newest first, with ties by id.
 *
 * The Prisma plugin plans the query of a connection, alone or together with the list's parent. This plugin puts the order
 * into the plan, and makes the connection of the rows.
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
import { type Asked, askedOf } from './askedOf.ts';
import { type ConnectionValue, connectionValue } from './connectionValue.ts';
import { placeOf, type Row } from './cursor.ts';
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

type Selection = { select: Record<string, PageQuery | undefined> };
type Select = (args: PageArgs, context: Context, ...rest: unknown[]) => Selection;
type Resolver<Types extends SchemaTypes> = GraphQLFieldResolver<unknown, Types['Context'], object>;

class ListPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const { listOrder, pothosPrismaSelect, pothosPrismaRelationField } = field.extensions ?? {};
    // Null: the field's resolver orders and pages the list.
    if (field.args.before && listOrder === undefined) {
      throw new PothosSchemaError(`The list ${field.parentType}.${field.name} states no order.`);
    }
    if (!listOrder || !pothosPrismaSelect) return field;
    const orderOf = listOrder as OrderOf;
    const { name: relation } = pothosPrismaRelationField as { name: string };
    const ordered = inOrder(pothosPrismaSelect as Select, orderOf, field.name);
    return {
      ...field,
      extensions: { ...field.extensions, pothosPrismaSelect: ordered },
      resolve: this.#fromParent(relation, orderOf) as Resolver<Types>,
    };
  }

  override wrapResolve(resolver: Resolver<Types>, field: PothosOutputFieldConfig<Types>): Resolver<Types> {
    const orderOf = field.extensions?.listOrder as OrderOf | undefined;
    // The query of a related list was in order, and its resolver is ours.
    if (!orderOf || field.extensions?.pothosPrismaSelect) return resolver;
    return (parent, args, context, info) => {
      const order = orderOf(args);
      check(args, order);
      return completeValue(resolver(parent, args, context, info) as ConnectionValue, (connection) =>
        inOrderOf(connection, order),
      );
    };
  }

  /** Resolves a list whose rows were read with their parent. */
  #fromParent(relation: string, orderOf: OrderOf) {
    const { defaultConnectionSize = 0, maxConnectionSize = 0 } = this.builder.options.prisma;
    return (parent: Row, args: PageArgs): ConnectionValue => {
      const size = Math.min(
        args.first ?? args.last ?? Number(defaultConnectionSize),
        Number(maxConnectionSize),
      );
      const read = (parent[relation] ?? []) as Row[];
      const hasMore = read.length > size;
      const isBackwards = args.last != null || args.before != null;
      const rows = hasMore ? read.slice(isBackwards ? 1 : 0, isBackwards ? undefined : -1) : read;
      const neighbours = {
        hasNextPage: args.before != null || (!isBackwards && hasMore),
        hasPreviousPage: args.after != null || (isBackwards && hasMore),
      };
      const counts = parent._count as Record<string, number> | undefined;
      return connectionValue(rows, orderOf(args), neighbours, counts?.[relation]);
    };
  }
}

SchemaBuilder.registerPlugin(pluginName, ListPlugin);

const EVERYTHING: Asked = { neighbours: true, cursors: true };

function inOrder(select: Select, orderOf: OrderOf, fieldName: string): Select {
  return (args, context, ...rest) => {
    const order = orderOf(args);
    // Checked here, because the list is read with its parent and before its own resolver runs.
    check(args, order);
    const planned = Object.entries(select(args, context, ...rest).select);
    const asked = context.document ? askedOf(context.document, fieldName) : EVERYTHING;
    const pageOf = (query: PageQuery) =>
      page(asked.neighbours ? query : withoutNeighbour(query), order, asked.cursors);
    return {
      select: Object.fromEntries(
        planned.map(([name, query]) => [name, query && name !== '_count' ? pageOf(query) : query]),
      ),
    };
  };
}

/** The Prisma plugin plans to read one row beyond the page, which says whether there is another page. */
function withoutNeighbour({ take = 0, ...query }: PageQuery): PageQuery {
  return { ...query, take: take - Math.sign(take) };
}

/** The Prisma plugin's own connection, whose cursors are row ids, with cursors of the order. */
function inOrderOf({ edges, pageInfo, totalCount }: ConnectionValue, order: Order): ConnectionValue {
  return connectionValue(
    edges.map(({ node }) => node),
    order,
    pageInfo,
    totalCount,
  );
}

function check({ first, last, after, before }: PageArgs, order: Order): void {
  if (first != null && last != null) throw badInput('Ask for `first` or for `last`, not for both.');
  for (const cursor of [after, before]) if (cursor != null) placeOf(cursor, order);
}
