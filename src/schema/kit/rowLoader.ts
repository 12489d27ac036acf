/** Reads rows by id, many with one statement. */
import { createContextCache } from '@pothos/core';
import DataLoader from 'dataloader';
import stringify from 'safe-stable-stringify';
import type { PrismaClient } from '../../../prisma/client/client.ts';
import type { Context } from '../../context.ts';
import { model, type Row } from './model.ts';

type Query = { select?: object; include?: object; where?: object };

const loadersOf = createContextCache(() => new Map<string, DataLoader<string, Row | null>>());

/**
 * Returns a row, or null when it does not exist or does not meet the condition of the query. The rows that an operation asks for at the same time, with the same selection, are read
 * together. Prisma's own batches hold the rows of several operations, so that one operation's end would fail the others.
 */
export function rowOf(context: Context, modelName: string, query: Query, id: string): Promise<Row | null> {
  const loaders = loadersOf(context);
  const key = `${modelName} ${stringify(query)}`;
  let loader = loaders.get(key);
  if (!loader) {
    loader = new DataLoader(
      async (ids) => {
        const where = { ...query.where, AND: { id: { in: [...new Set(ids)] } } };
        const rows = await model(context.db, modelName).findMany({ ...query, where });
        const byId = new Map(rows.map((row) => [row.id, row]));
        return ids.map((each) => byId.get(each) ?? null);
      },
      // The next field of a mutation may change the row.
      { cache: false },
    );
    loaders.set(key, loader);
  }
  return loader.load(id);
}

/** Throws when there is no such row. */
export async function rowOrThrow(
  context: Context,
  modelName: string,
  query: Query,
  id: string,
): Promise<Row> {
  const row = await rowOf(context, modelName, query, id);
  if (!row) throw new Error(`${modelName} ${id} does not exist.`);
  return row;
}

type UniqueQuery = Omit<Query, 'where'> & { where: { id?: string } };

/** The client that the Prisma plugin reads rows with which a list or a relation did not bring along. */
export const clientOf = createContextCache((context: Context): PrismaClient => {
  const { prisma } = context.db;
  return new Proxy(prisma, {
    get(_, name: keyof PrismaClient & string) {
      const modelName = name.charAt(0).toUpperCase() + name.slice(1);
      const read =
        (load: typeof rowOf) =>
        ({ where: { id }, ...query }: UniqueQuery) => {
          if (id === undefined) throw new Error(`${modelName} is not read by its id.`);
          return load(context, modelName, query, id);
        };
      return { findUnique: read(rowOf), findUniqueOrThrow: read(rowOrThrow) };
    },
  });
});
