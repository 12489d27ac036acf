/** What a transaction sends in one message with its BEGIN, which Prisma sends alone. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';

const openings = new AsyncLocalStorage<{ statement?: string }>();

/** The first transaction that the work begins has the statement in front. */
export function openingWith<Result>(statement: string, work: () => Result): Result {
  return openings.run({ statement }, work);
}

/** Has the connection of a transaction send the statement with the next query, which is its BEGIN. */
export function open(client: pg.PoolClient): pg.PoolClient {
  const opening = openings.getStore();
  if (opening?.statement === undefined) return client;
  const { statement } = opening;
  opening.statement = undefined;
  const own = Object.getOwnPropertyDescriptor(client, 'query');
  client.query = (({ text }: pg.QueryConfig) => {
    if (own) Object.defineProperty(client, 'query', own);
    else delete (client as Partial<pg.PoolClient>).query;
    return client.query({ text: `${text}; ${statement}` });
  }) as typeof client.query;
  return client;
}
