/** Writers in a closed loop: each changes one row of many in a transaction of its own, again and again. */
import pg from 'pg';
import { now } from '../support/figures.ts';

export type LoadOrder = { url: string; sessions: string[]; writers: number; ms: number };
export type Load = { commits: number; ms: number };

process.on('message', async ({ url, sessions, writers, ms }: LoadOrder) => {
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
        const id = sessions[Math.floor(Math.random() * sessions.length)];
        await client.query({
          name: 'raise',
          text: 'UPDATE session SET branch = (branch::int + 1)::text WHERE id = $1',
          values: [id],
        });
        commits += 1;
      }
    }),
  );
  const took = now() - begin;
  await Promise.all(clients.map((client) => client.end()));
  process.send?.({ commits, ms: took } satisfies Load);
});
process.send?.({ commits: 0, ms: 0 } satisfies Load);
