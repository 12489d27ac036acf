import { brandWithType } from '@pothos/core';
import { queryFromInfo } from '@pothos/plugin-prisma';
import { type GraphQLResolveInfo, isObjectType } from 'graphql';
import type { Context } from '../context.ts';
import { builder } from '../schema/index.ts';
import { badInput } from '../schema/kit/badInput.ts';
import { model } from '../schema/kit/model.ts';
import { visibleRows } from '../schema/kit/visibility.ts';
import { parseGlobalId } from '../value/globalId.ts';

const MAX_NODES = 100;

/** Reads nodes with one query per type, in the order of the ids. An id that the viewer may not see gives null. */
async function findNodes(
  context: Context,
  info: GraphQLResolveInfo,
  rawIds: readonly string[],
): Promise<(object | null)[]> {
  const wanted = rawIds.map(parseGlobalId);
  const byType = Map.groupBy(
    wanted.filter((id) => id !== undefined),
    ({ type }) => type,
  );
  const found = new Map<string, object>();
  await Promise.all(
    [...byType].map(async ([type, ids]) => {
      for (const row of await findRows(context, info, type, new Set(ids.map(({ uuid }) => uuid)))) {
        brandWithType(row, type as never);
        found.set(`${type}:${row.id}`, row);
      }
    }),
  );
  return wanted.map((id) => (id && found.get(`${id.type}:${id.uuid}`)) ?? null);
}

/** One statement reads the rows with what is selected in them. */
async function findRows(context: Context, info: GraphQLResolveInfo, typeName: string, ids: Set<string>) {
  const { db, viewer } = context;
  const type = info.schema.getType(typeName);
  if (!isObjectType(type) || type.getInterfaces().every(({ name }) => name !== 'Node')) return [];
  const where = { AND: [{ id: { in: [...ids] } }, visibleRows(type, viewer)] };
  const query = queryFromInfo({ context, info, typeName, select: { id: true } });
  return await model(db, type.extensions.pothosPrismaModel as string).findMany({ ...query, where });
}

builder.queryFields((t) => ({
  node: t.field({
    type: builder.nodeInterfaceRef(),
    nullable: true,
    description: 'The object with a global id. Null when no such object exists or the viewer may not see it.',
    args: { id: t.arg.id({ required: true, description: 'The global id of the object.' }) },
    resolve: async (_root, { id }, context, info) => (await findNodes(context, info, [id]))[0] as never,
  }),
  nodes: t.field({
    type: [builder.nodeInterfaceRef()],
    nullable: { list: false, items: true },
    description: `The objects with the given global ids, in the order of the ids. An entry is null when no such object exists or the viewer may not see it. At most ${MAX_NODES} ids.`,
    args: { ids: t.arg.idList({ required: true, description: 'The global ids of the objects.' }) },
    resolve: async (_root, { ids }, context, info) => {
      if (ids.length > MAX_NODES) throw badInput(`Ask for ${MAX_NODES} nodes at most.`);
      return (await findNodes(context, info, ids)) as never[];
    },
  }),
}));
