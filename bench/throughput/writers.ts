/** Writers in a closed loop: each changes one row of many in a transaction of its own, again and again. */
import pg from 'pg';
import { now } from '../support/figures.ts';

/** Updates of one row that cause an event. Each increments a number in a text. */
const CHANGES = {
  session: 'UPDATE session SET branch = (branch::int + 1)::text WHERE id = $1',
  pull_request: 'UPDATE pull_request SET title = (title::int + 1)::text WHERE id = $1',
};

export type LoadOrder = {
  url: string;
  table: keyof typeof CHANGES;
  ids: string[];
  writers: number;
  ms: number;
};
export type Load = { commits: number; ms: number };

process.on('message', async ({ url, table, ids, writers, ms }: LoadOrder) => {
  const clients = await Promise.all(
    Array.from({ length: writers }, async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client;
    }),
  );
  const begin = now();
  let commits = 0;
  await Promise.all(
    clients.map(async (client) => {
      while (now() - begin < ms) {
        const id = ids[Math.floor(Math.random() * ids.length)];
        await client.query({ name: table, text: CHANGES[table], values: [id] });
        commits += 1;
      }
    }),
  );
  const took = now() - begin;
  await Promise.all(clients.map((client) => client.end()));
  process.send?.({ commits, ms: took } satisfies Load);
});
process.send?.({ commits: 0, ms: 0 } satisfies Load);
