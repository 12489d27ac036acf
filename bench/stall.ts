/**
 * Measures how long one large transaction delays other changes: `node bench/stall.ts`.
 *
 * One writer changes a row of another organization every 10 ms, which a stream receives. Meanwhile a transaction changes N
 * rows. The result is the longest time from one of the writer's changes to its delivery.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import { startEmbeddedPostgres } from '../src/embedded/postgres.ts';
import { createFeed } from '../src/feed/feed.ts';
import { migrate } from '../src/migrations/migrations.ts';

const SIZES = [0, 1_000, 10_000, 100_000];
/** The rows of the large organization. Each is changed as often as needed. */
const ROWS = 1_000;

const dataDir = await mkdtemp(join(tmpdir(), 'muster-bench-'));
const server = await startEmbeddedPostgres({ dataDir, log: () => {} });
await migrate(server.url);
const pool = new pg.Pool({ connectionString: server.url, max: 4 });
const feedPool = new pg.Pool({ connectionString: server.url, max: 4 });

const large = await newOrganization('large', ROWS);
const small = await newOrganization('small', 1);
const feed = createFeed({ database: { url: server.url, feedPool }, log: pino({ level: 'silent' }) });
await feed.ready();
const stream = await feed.open({ organizationId: small, matches: () => true });

let delays: number[] = [];
const listening = (async () => {
  for await (const { occurredAt } of stream) delays.push(Date.now() - occurredAt.getTime());
})();
let isDone = false;
const writing = (async () => {
  while (!isDone) {
    await raise(small, 1);
    feed.nudge();
    await sleep(10);
  }
})();

await sleep(2_000);
for (const size of SIZES) {
  delays = [];
  const began = performance.now();
  if (size > 0) await raise(large, size);
  const committed = performance.now() - began;
  await sleep(2_000);
  while ((await pool.query('SELECT FROM change_outbox LIMIT 1')).rows.length > 0) await sleep(20);
  process.stdout.write(
    `${size} changes: committed after ${committed.toFixed(0)} ms; others' longest wait ${Math.max(...delays).toFixed(0)} ms (${delays.length} changes)\n`,
  );
}

isDone = true;
await writing;
await stream.return();
await listening;
await feed.close();
await Promise.all([pool.end(), feedPool.end()]);
await server.stop();
await rm(server.directory, { recursive: true, force: true });
await rm(dataDir, { recursive: true, force: true });

async function newOrganization(slug: string, sessions: number): Promise<string> {
  const { rows } = await pool.query(
    `WITH o AS (INSERT INTO organization (slug, name) VALUES ($1, $1) RETURNING id)
     INSERT INTO project (organization_id, slug, name) SELECT id, 'p', 'p' FROM o RETURNING id, organization_id`,
    [slug],
  );
  const [{ id, organization_id: organizationId }] = rows;
  await pool.query(
    `INSERT INTO session (organization_id, project_id, branch) SELECT $1, $2, '0' FROM generate_series(1, $3::int)`,
    [organizationId, id, sessions],
  );
  return organizationId;
}

/** Changes this many rows in one transaction. */
async function raise(organizationId: string, changes: number): Promise<void> {
  const client = await pool.connect();
  await client.query('BEGIN');
  for (let left = changes; left > 0; left -= ROWS) {
    await client.query(
      `UPDATE session SET branch = (branch::int + 1)::text
        WHERE id IN (SELECT id FROM session WHERE organization_id = $1 LIMIT $2)`,
      [organizationId, Math.min(left, ROWS)],
    );
  }
  await client.query('COMMIT');
  client.release();
}
