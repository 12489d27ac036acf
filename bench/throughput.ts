/**
 * Measures what the feed costs writers: `npm run bench -- throughput`.
 *
 * One writer of transactions of one row, on copies of the database: without any trigger, with the triggers of rules
 * alone, and with all. Then 32 writers with a sequencer process following, over Redis, in turns with the same writers on
 * the copy without any trigger and on one without a sequencer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startRedis } from '../test/support/redis.ts';
import { startSequencerProcess } from '../test/support/sequencerProcess.ts';
import { startChild } from './support/child.ts';
import { startDatabase } from './support/database.ts';
import { now, say } from './support/figures.ts';
import { type Changed, measureOneWriter } from './throughput/oneWriter.ts';
import type { Load, LoadOrder } from './throughput/writers.ts';

const WRITERS = 32;
const SESSIONS = 2_000;
const ROUNDS = 3;
const MS = 8_000;
const WARM_UP_MS = 2_000;

await using database = await startDatabase(SESSIONS);
await using cleanUp = new AsyncDisposableStack();
const redis = await startRedis();
if (redis) cleanUp.defer(redis.stop);
const admin = new pg.Client({ connectionString: withName('postgres') });
await admin.connect();
cleanUp.defer(() => admin.end());
const name = new URL(database.url).pathname.slice(1);
const urls = { none: withName('bare'), trigger: withName('unsequenced'), followed: database.url };
const ruled = withName('ruled');
const changed: Changed = {
  session: database.sessions,
  lane: database.sessions,
  pull_request: await addPullRequests(),
};
for (const copy of ['bare', 'ruled', 'unsequenced']) {
  await admin.query(`CREATE DATABASE ${copy} TEMPLATE ${name}`);
  cleanUp.defer(async () => void (await admin.query(`DROP DATABASE ${copy} WITH (FORCE)`)));
}
for (const table of ['session', 'pull_request']) {
  await run(urls.none, `ALTER TABLE ${table} DISABLE TRIGGER ALL`);
  await run(ruled, `ALTER TABLE ${table} DISABLE TRIGGER ${table}_capture`);
}
// What is left of the setting up is none of the load's.
await run(urls.trigger, 'DELETE FROM change_outbox');

await using writers = await startChild<LoadOrder, Load>(new URL('./throughput/writers.ts', import.meta.url));
await measureOneWriter(
  (order) => writers.ask(order),
  { bare: urls.none, ruled, captured: urls.trigger },
  changed,
  () => run(urls.trigger, 'TRUNCATE change_outbox'),
);

const env = { DATABASE_URL: urls.followed, ...(redis && { REDIS_URL: redis.url }) };
const sequencer = startSequencerProcess(env);
cleanUp.defer(async () => void (await sequencer.end('SIGTERM')));
await sequencer.leading;
const watch = new pg.Client({ connectionString: urls.followed });
await watch.connect();
cleanUp.defer(() => watch.end());
await emptied();

const load = (url: string, ms: number) =>
  writers.ask({ url, change: 'session', ids: changed.session, writers: WRITERS, ms });

const sums = { none: { commits: 0, ms: 0 }, trigger: { commits: 0, ms: 0 }, followed: { commits: 0, ms: 0 } };
/** Each round's, to show how much the machine itself varied. */
const rates = { none: [] as string[], trigger: [] as string[], followed: [] as string[] };
const waits: number[] = [];
const left: number[] = [];
for (const url of Object.values(urls)) await load(url, WARM_UP_MS);
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [way, url] of Object.entries(urls) as [keyof typeof urls, string][]) {
    const { commits, ms } = await load(url, MS);
    sums[way].commits += commits;
    sums[way].ms += ms;
    rates[way].push((commits / ms).toFixed(1));
    if (way !== 'followed') continue;
    const end = now();
    left.push(Number((await watch.query('SELECT count(*) FROM change_outbox')).rows[0].count));
    await emptied();
    waits.push(now() - end);
  }
  await run(urls.trigger, 'DELETE FROM change_outbox');
}

const rate = ({ commits, ms }: Pick<Load, 'commits' | 'ms'>) => (1000 * commits) / ms;
const share = (way: keyof typeof sums) => `${((100 * rate(sums[way])) / rate(sums.none)).toFixed(0)} %`;
const told = (way: keyof typeof sums) =>
  `${(rate(sums[way]) / 1000).toFixed(2)} k/s (rounds: ${rates[way].join(', ')})`;
say(`${WRITERS} writers of one row each, ${ROUNDS} rounds of ${MS / 1000} s in turns`);
say(`without any trigger:             ${told('none')}`);
say(`captured, without a sequencer:   ${told('trigger')}, ${share('trigger')}`);
say(`captured, the sequencer follows: ${told('followed')}, ${share('followed')}`);
say(`left in the outbox at the end of the load: ${left.join(', ')} changes`);
say(`empty after: ${waits.map((ms) => ms.toFixed(0)).join(', ')} ms`);

function withName(other: string): string {
  const url = new URL(database.url);
  url.pathname = `/${other}`;
  return url.href;
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

/** One for each session, in the same order. */
async function addPullRequests(): Promise<string[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO pull_request
       (organization_id, session_id, host, repo_owner, repo_name, repo_owner_key, repo_name_key, number, url, title)
     SELECT organization_id, id, 'github.com', 'acme', 'rocket', 'acme', 'rocket', num,
            'https://github.com/acme/rocket/pull/' || num, '0'
       FROM session RETURNING id`,
  );
  await client.end();
  return rows.map(({ id }) => id);
}

async function emptied(): Promise<void> {
  while ((await watch.query('SELECT FROM change_outbox LIMIT 1')).rows.length > 0) await sleep(2);
}
