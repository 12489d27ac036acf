/** `t.exposeNode('agentId', { type: Agent })`: a field that reads the row whose id is a property of the parent. */
import { type FieldKind, RootFieldBuilder, type SchemaTypes } from '@pothos/core';
import type { PrismaModelTypes, PrismaObjectRef } from '@pothos/plugin-prisma';
import { GraphQLError } from 'graphql';
import type { Context } from '../../context.ts';
import type { ActResult } from '../../services/act/act.ts';
import { model } from './model.ts';
import { rowOf, rowOrThrow } from './rowLoader.ts';
import { weighs } from './weight.ts';

type KeysOf<Shape, Value> = {
  [Key in keyof Shape]: Shape[Key] extends Value ? Key : never;
}[keyof Shape] &
  string;

// biome-ignore lint/suspicious/noExplicitAny: whatever the builder's types are, a ref says which model it is of.
type NodeOptions = { type: PrismaObjectRef<any, PrismaModelTypes>; description: string };

declare global {
  export namespace PothosSchemaTypes {
    export interface RootFieldBuilder<
      Types extends SchemaTypes,
      ParentShape,
      Kind extends FieldKind = FieldKind,
    > {
      exposeNode(
        name: KeysOf<ParentShape, string>,
        options: NodeOptions & { nullable?: boolean },
      ): FieldRef<Types, unknown, Kind>;
      exposeNode(
        name: KeysOf<ParentShape, string | null>,
        options: NodeOptions & { nullable: true },
      ): FieldRef<Types, unknown, Kind>;
      exposeNodes(name: KeysOf<ParentShape, string[]>, options: NodeOptions): FieldRef<Types, unknown, Kind>;
    }
  }
}

const fieldBuilder = RootFieldBuilder.prototype as PothosSchemaTypes.RootFieldBuilder<
  SchemaTypes,
  unknown,
  FieldKind
>;

/** A nullable field is null when the property is null or its row was deleted. Any other field throws. */
fieldBuilder.exposeNode = function exposeNode(
  name: string,
  { type, nullable = false, description }: NodeOptions & { nullable?: boolean },
) {
  return this.prismaField({
    type,
    nullable,
    description,
    resolve: async (query: { select?: object }, parent: unknown, _args: object, context: Context) => {
      const id = (parent as Record<string, string | null>)[name];
      if (id == null) {
        if (nullable) return null;
        throw new Error(`${name} has no value.`);
      }
      if (nullable) return await rowOf(context, type.modelName, query, id);
      if ((parent as Partial<ActResult<object>>).isRepetition) {
        return (await rowOf(context, type.modelName, query, id)) ?? goneSince(type.modelName);
      }
      // The act has just found or written the row.
      return isIdAlone(query) ? { id } : await rowOrThrow(context, type.modelName, query, id);
    },
  } as never);
};

/** The row was deleted after the act, which an idempotency key repeats. */
function goneSince(modelName: string): never {
  throw new GraphQLError(`The ${modelName} has been deleted since the mutation happened.`, {
    extensions: { code: 'NOT_FOUND' },
  });
}

function isIdAlone({ select = {}, ...conditions }: { select?: object }): boolean {
  return Object.keys(select).join() === 'id' && Object.keys(conditions).length === 0;
}

fieldBuilder.exposeNodes = function exposeNodes(name: string, { type, description }: NodeOptions) {
  return this.prismaField({
    type: [type],
    description,
    ...weighs({ items: 100 }),
    resolve: (query: { select?: object }, parent: unknown, _args: object, { db }: Context) => {
      // Prisma ignores a condition that is undefined, so without the default every row would match.
      const ids = (parent as Record<string, string[]>)[name] ?? [];
      if (ids.length === 0) return [];
      return model(db, type.modelName).findMany({
        ...query,
        where: { id: { in: ids } },
        orderBy: { id: 'asc' },
      });
    },
  } as never);
};
