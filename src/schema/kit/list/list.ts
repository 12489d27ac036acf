/**
 * `t.list`: a connection that is read by its own query. The page, `totalCount` and the cursors share one filter and one
 * order.
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
import { type Model, model } from '../model.ts';
import { newestFirst, type Order } from './order.ts';
import { page } from './page.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever the builder's types are, a ref says which model it is of.
type ModelRef<Item extends PrismaModelTypes = PrismaModelTypes> = PrismaObjectRef<any, Item>;
type Rows = Pick<Model, 'findMany' | 'count'>;

export type ListOptions<Item extends PrismaModelTypes, Parent, Args extends InputFieldMap> = {
  type: ModelRef<Item>;
  description: string;
  args?: Args;
  where: (parent: Parent, args: InputShapeFromFields<Args>, context: Context) => Item['Where'];
  /** Default: by `createdAt`, newest first. */
  orderBy?: Order | ((args: InputShapeFromFields<Args>) => Order);
  /** The Prisma model that the rows are read from and counted in. Default: the table of the type. */
  rows?: (args: InputShapeFromFields<Args>, context: Context) => Rows;
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
  rows = (_args, { db }) => model(db, type.modelName),
  ...options
}: ListOptions<PrismaModelTypes, unknown, InputFieldMap>) {
  const orderOf = typeof orderBy === 'function' ? orderBy : () => orderBy;
  return this.prismaConnection({
    ...options,
    type,
    cursor: 'id',
    extensions: { listOrder: orderOf },
    totalCount: (parent: unknown, args: never, context: Context) =>
      rows(args, context).count({ where: where(parent, args, context) }),
    resolve: (query: object, parent: unknown, args: never, context: Context) =>
      rows(args, context).findMany(page({ ...query, where: where(parent, args, context) }, orderOf(args))),
  });
};
