/**
 * Reads rows with everything that is selected in them by one statement. The arguments and the rows are Prisma's; the
 * statement is compiled here, because Prisma takes many times as long for a page of lists in lists. What the compiler
 * does not know is read by Prisma.
 */
import type pg from 'pg';
import type { Prisma, PrismaClient } from '../../../prisma/client/client.ts';
import { TABLES } from '../../../prisma/client/tables.ts';
import type { StatementNames } from '../statementNames.ts';
import { NotCompiledError, notCompiled } from './notCompiled.ts';
import { type Query, type Revive, rowsOf } from './rows.ts';
import { Parameters, Source } from './source.ts';
import { condition, type Where } from './where.ts';

type ModelName = Uncapitalize<Prisma.ModelName>;
type Method = 'findMany' | 'findFirst' | 'count';

/** The part of the Prisma client that reads. */
export type Reads = { [Name in ModelName]: Pick<PrismaClient[Name], Method> };

export type Statement = { text: string; parameters: Parameters; revive: Revive };

export function findManyStatement(model: string, query: Query): Statement {
  const parameters = new Parameters();
  const { sql, revive } = rowsOf(new Source(model, parameters), query);
  return { text: sql, parameters, revive };
}

export function createReads(prisma: PrismaClient, pool: pg.Pool, names: StatementNames): Reads {
  async function send<Row>(text: string, { values, haveRange }: Parameters): Promise<Row[]> {
    // Without a name, each execution is planned for its values. One plan for any values would assume that a range has few
    // rows, and read and sort all of them for a page.
    const name = haveRange ? undefined : names.nameOf({ sql: text }) || undefined;
    return (await pool.query<{ row: Row }>({ name, text, values })).rows.map(({ row }) => row);
  }

  async function findMany(model: string, query: Query): Promise<unknown[]> {
    const { text, parameters, revive } = findManyStatement(model, query);
    const rows = (await send(text, parameters)).map(revive);
    return (query.take ?? 0) < 0 ? rows.reverse() : rows;
  }

  async function findFirst(model: string, query: Query): Promise<unknown> {
    // With it, Prisma may mean another row than the first one.
    if (query.take !== undefined) notCompiled('`take` of `findFirst`');
    return (await findMany(model, { ...query, take: 1 }))[0] ?? null;
  }

  async function count(model: string, { where, ...others }: { where?: Where }): Promise<number> {
    const source = new Source(model, new Parameters());
    const met = condition(source, where);
    if (Object.keys(others).length > 0) notCompiled('a count of something else');
    const text = `SELECT count(*)::int AS row FROM ${source.from()} WHERE ${met}`;
    return (await send<number>(text, source.parameters))[0] as number;
  }

  function readsOf(model: string, name: string): object {
    const delegate = prisma[name as ModelName] as unknown as Record<Method, (args?: object) => unknown>;
    const read =
      (method: Method, compiled: (args: object) => unknown) =>
      async (args: object = {}) => {
        try {
          return await compiled(args);
        } catch (error) {
          if (!(error instanceof NotCompiledError)) throw error;
          return await delegate[method](args);
        }
      };
    return {
      findMany: read('findMany', (args) => findMany(model, args)),
      findFirst: read('findFirst', (args) => findFirst(model, args)),
      count: read('count', (args) => count(model, args)),
    };
  }

  return Object.fromEntries(
    Object.entries(TABLES).map(([model, { delegate }]) => [delegate, readsOf(model, delegate)]),
  ) as Reads;
}
