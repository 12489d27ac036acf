/** Writers in a closed loop: each changes one row of many in a transaction of its own, again and again. */
import pg from 'pg';
import { cpuMs } from '../support/cpu.ts';
import { now } from '../support/figures.ts';

/** Updates of one row that cause an event. They increment a number in a text, or move a session to another lane. */
const CHANGES = {
  session: 'UPDATE session SET branch = (branch::int + 1)::text WHERE id = $1',
  lane: `UPDATE session SET activity_state = (CASE activity_state WHEN 'IDLE' THEN 'BLOCKED' ELSE 'IDLE' END)::activity_state
    WHERE id = $1`,
  pull_request: 'UPDATE pull_request SET title = (title::int + 1)::text WHERE id = $1',
};

/** Changes of each connection that are not measured. */
const WARM_UP = 5;

export type LoadOrder = {
  url: string;
  change: keyof typeof CHANGES;
  ids: string[];
  writers: number;
  ms: number;
};
/** The CPU is that of the database's processes for these writers, which run on the same machine. */
export type Load = { commits: number; ms: number; cpuMs: number };

process.on('message', async ({ url, change, ids, writers, ms }: LoadOrder) => {
  const clients = await Promise.all(
    Array.from({ length: writers }, async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      return { client, pid: rows[0]?.pid ?? 0 };
    }),
  );
  const changeOne = async (client: pg.Client) => {
    const id = ids[Math.floor(Math.random() * ids.length)];
    await client.query({ name: change, text: CHANGES[change], values: [id] });
  };
  // A server's connections live long: what a new one plans is none of the load's.
  await Promise.all(
    clients.map(async ({ client }) => {
      for (let each = 0; each < WARM_UP; each += 1) await changeOne(client);
    }),
  );
  const cpu = async () => {
    const each = await Promise.all(clients.map(({ pid }) => cpuMs(pid)));
    return each.reduce((sum, ms) => sum + ms, 0);
  };
  const cpuBefore = await cpu();
  const begin = now();
  let commits = 0;
  await Promise.all(
    clients.map(async ({ client }) => {
      while (now() - begin < ms) {
        await changeOne(client);
        commits += 1;
      }
    }),
  );
  const took = now() - begin;
  const used = (await cpu()) - cpuBefore;
  await Promise.all(clients.map(({ client }) => client.end()));
  process.send?.({ commits, ms: took, cpuMs: used } satisfies Load);
});
process.send?.({ commits: 0, ms: 0, cpuMs: 0 } satisfies Load);
