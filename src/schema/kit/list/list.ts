/**
 * `t.list`: a connection whose parent is no row, such as the query type. The page, `totalCount` and the cursors share one
 * filter and one order. A list of a row is a `t.relatedConnection` with the options of `relatedList`, so that one
 * statement reads the lists of many rows.
 */
import {
  type FieldKind,
  type InputFieldMap,
  type InputShapeFromFields,
  RootFieldBuilder,
  type SchemaTypes,
} from '@pothos/core';
import type { PrismaModelTypes, PrismaObjectRef } from '@pothos/plugin-prisma';
import type { Context } from '../../../context.ts';
import { model } from '../model.ts';
import { newestFirst, type Order } from './order.ts';
import { page } from './page.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever the builder's types are, a ref says which model it is of.
type ModelRef<Item extends PrismaModelTypes = PrismaModelTypes> = PrismaObjectRef<any, Item>;

export type ListOptions<Item extends PrismaModelTypes, Parent, Args extends InputFieldMap> = {
  type: ModelRef<Item>;
  description: string;
  args?: Args;
  where: (parent: Parent, args: InputShapeFromFields<Args>, context: Context) => Item['Where'];
  /** Default: by `createdAt`, newest first. */
  orderBy?: Order | ((args: InputShapeFromFields<Args>) => Order);
};

declare global {
  export namespace PothosSchemaTypes {
    export interface RootFieldBuilder<
      Types extends SchemaTypes,
      ParentShape,
      Kind extends FieldKind = FieldKind,
    > {
      list<Item extends PrismaModelTypes, Args extends InputFieldMap = Record<never, never>>(
        options: ListOptions<Item, ParentShape, Args>,
      ): FieldRef<Types, unknown, Kind>;
    }
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the method is typed where it is declared.
const fieldBuilder = RootFieldBuilder.prototype as any;
fieldBuilder.list = function list({
  type,
  where,
  orderBy = newestFirst(),
  ...options
}: ListOptions<PrismaModelTypes, unknown, InputFieldMap>) {
  const orderOf = typeof orderBy === 'function' ? orderBy : () => orderBy;
  return this.prismaConnection({
    ...options,
    type,
    cursor: 'id',
    extensions: { listOrder: orderOf },
    totalCount: (parent: unknown, args: never, context: Context) =>
      model(context.db, type.modelName).count({ where: where(parent, args, context) }),
    resolve: (query: object, parent: unknown, args: never, context: Context) =>
      model(context.db, type.modelName).findMany(
        page({ ...query, where: where(parent, args, context) }, orderOf(args)),
      ),
  });
};
