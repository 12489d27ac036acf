/**
 * Measures what dropping full partitions costs readers and the sequencer: `npm run bench -- retention`.
 *
 * Eight writers, four readers that page through the log, and one stream run first without drops, then while six partitions
 * of 100,000 changes are dropped, one a second.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import { startEmbeddedPostgres } from '../src/embedded/postgres.ts';
import { createFeed } from '../src/feed/feed.ts';
import { readPage } from '../src/feed/log/page.ts';
import { dropOldest } from '../src/feed/sequence/retention.ts';
import { migrate } from '../src/migrations/migrations.ts';
import { inWords, percentiles, say } from './support/figures.ts';

const PARTITIONS = 6;
const PARTITION = 100_000;

const dataDir = await mkdtemp(join(tmpdir(), 'muster-bench-'));
const server = await startEmbeddedPostgres({ dataDir, log: () => {} });
await migrate(server.url);
const pool = new pg.Pool({ connectionString: server.url, max: 20 });
const one = async (sql: string, values: unknown[] = []) => (await pool.query(sql, values)).rows[0];

const organizationId = (await one(`INSERT INTO organization (slug, name) VALUES ('o', 'o') RETURNING id`)).id;
const { id: projectId } = await one(
  `INSERT INTO project (organization_id, slug, name) VALUES ($1, 'p', 'p') RETURNING id`,
  [organizationId],
);
const { rows: sessions } = await pool.query(
  `INSERT INTO session (organization_id, project_id, branch) SELECT $1, $2, '0' FROM generate_series(1, 200) RETURNING id`,
  [organizationId, projectId],
);
const head = PARTITIONS * PARTITION;
await pool.query('DELETE FROM change_outbox');
await pool.query('SELECT ensure_change_log_partitions($1)', [head + 200_000]);
await pool.query(
  `INSERT INTO change_log (position, xid, organization_id, type, entity_type, entity_id, payload, actor_kind, actor_name, occurred_at)
   SELECT p, '1', $1, 'X', 'Session', gen_random_uuid(),
          jsonb_build_object('row', jsonb_build_object('text', repeat(md5(p::text), 12))), 'DATABASE', 'bench', now() - interval '10 days'
     FROM generate_series(1, $2::int) p`,
  [organizationId, head],
);
await pool.query('UPDATE feed_head SET position = $1', [head]);

const feedPool = new pg.Pool({ connectionString: server.url, max: 4 });
const feed = createFeed({
  database: { url: server.url, feedPool },
  log: pino({ level: 'silent' }),
});
await feed.ready();
const stream = await feed.open({ organizationId, matches: () => true });
let isDone = false;
let written = 0;
let times = { read: [] as number[], heard: [] as number[] };

const writers = Array.from({ length: 8 }, async () => {
  while (!isDone) {
    const { id } = sessions[Math.floor(Math.random() * sessions.length)];
    await pool.query('UPDATE session SET branch = (branch::int + 1)::text WHERE id = $1', [id]);
    feed.nudge();
    written += 1;
    await sleep(20);
  }
});
const readers = Array.from({ length: 4 }, async () => {
  while (!isDone) {
    const began = performance.now();
    const after = head - 1 - Math.floor(Math.random() * 50_000);
    await readPage(pool, { starts: [{ organizationId, after }], limit: 200 });
    times.read.push(performance.now() - began);
    await sleep(5);
  }
});
const listening = (async () => {
  for await (const { occurredAt } of stream) times.heard.push(Date.now() - occurredAt.getTime());
})();

const client = new pg.Client({ connectionString: server.url });
await client.connect();
await sleep(1_000);
times = { read: [], heard: [] };
await sleep(6_000);
report('without drops', times);

times = { read: [], heard: [] };
const drops: number[] = [];
let refused = 0;
// The readers keep the last partition.
while (drops.length < PARTITIONS - 1) {
  const began = performance.now();
  const name = await dropOldest(client, { days: 9, rows: 1 }).catch(() => undefined);
  if (name) drops.push(performance.now() - began);
  else refused += 1;
  await sleep(1_000);
}
report('while dropping', times);
say(`drops (the check of all changes' age included), ms: ${drops.map((ms) => ms.toFixed(0)).join(', ')}`);
say(`tries that found the log in use for over 100 ms: ${refused}; changes written in all: ${written}`);

isDone = true;
await Promise.all([...writers, ...readers]);
await stream.return();
await listening;
await client.end();
await feed.close();
await Promise.all([pool.end(), feedPool.end()]);
await server.stop();
await rm(server.directory, { recursive: true, force: true });
await rm(dataDir, { recursive: true, force: true });

function report(when: string, { read, heard }: typeof times): void {
  const [reads, delays] = [percentiles(read), percentiles(heard)];
  say(`${when}: page of 200 read, ${inWords(reads)}; change made to heard, ${inWords(delays)}`);
}
