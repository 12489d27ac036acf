/**
 * Measures what a position costs the database: `npm run bench -- sequencer`. Changes of one row each wait in the outbox, and
 * are moved by 1, by 20 and by 512 a batch.
 */
import pg from 'pg';
import { pino } from 'pino';
import { connectSequencer } from '../src/feed/sequence/connection.ts';
import { moveBatch } from '../src/feed/sequence/moveBatch.ts';
import type { EmptySnapshot } from '../src/feed/sequence/outbox.ts';
import { createPartitionKeeper } from '../src/feed/sequence/partition.ts';
import { cpuMs } from './support/cpu.ts';
import { startDatabase } from './support/database.ts';
import { now, say } from './support/figures.ts';

const SESSIONS = 512;
const BATCH_SIZE = 512;
const WARM_UP_ROUNDS = 10;
/** How many batches of each size are measured. */
const ROUNDS = { 1: 1_000, 20: 300, 512: 12 };

await using database = await startDatabase(SESSIONS);
await using cleanUp = new AsyncDisposableStack();
const { client, server } = await connectSequencer(database.url);
cleanUp.defer(() => client.end());
const writer = new pg.Client({ connectionString: database.url });
await writer.connect();
cleanUp.defer(() => writer.end());
const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
const pid = rows[0]?.pid ?? 0;
await createPartitionKeeper(client, pino({ level: 'silent' })).keepAhead(0);

let head = 0;
let emptySnapshot: EmptySnapshot | undefined;
await moveAll();
for (const [size, rounds] of Object.entries(ROUNDS)) {
  const spent = { cpuMs: 0, ms: 0, changes: 0 };
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    for (const session of database.sessions.slice(0, Number(size))) await change(session);
    const before = { cpuMs: await cpuMs(pid), ms: now(), head };
    await moveAll();
    if (round < 0) continue;
    spent.cpuMs += (await cpuMs(pid)) - before.cpuMs;
    spent.ms += now() - before.ms;
    spent.changes += head - before.head;
  }
  const micros = (ms: number, by: number) => `${((1000 * ms) / by).toFixed(0)} µs`;
  say(
    `${size} a batch: ${micros(spent.cpuMs, spent.changes)} of the database's CPU a change, ` +
      `${micros(spent.cpuMs, rounds)} a batch, which takes ${micros(spent.ms, rounds)}`,
  );
}

async function change(session: string): Promise<void> {
  await writer.query({
    name: 'change',
    text: 'UPDATE session SET branch = (branch::int + 1)::text WHERE id = $1',
    values: [session],
  });
}

async function moveAll(): Promise<void> {
  let hasMore = true;
  while (hasMore) {
    const moved = await moveBatch(client, { batchSize: BATCH_SIZE, server, knownHead: head, emptySnapshot });
    ({ head, emptySnapshot, hasMore } = moved);
  }
}
