/**
 * What the feed costs those who write: `npm run bench -- throughput`.
 *
 * 32 writers of transactions of one row, with a sequencer process following, over Redis; in turns with it the same
 * writers on a copy of the database without any trigger, and on one whose changes nobody sequences.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startRedis } from '../test/support/redis.ts';
import { startSequencerProcess } from '../test/support/sequencerProcess.ts';
import { startChild } from './support/child.ts';
import { startDatabase } from './support/database.ts';
import { now, say } from './support/figures.ts';
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
for (const copy of ['bare', 'unsequenced']) await admin.query(`CREATE DATABASE ${copy} TEMPLATE ${name}`);
await run(urls.none, 'ALTER TABLE session DISABLE TRIGGER ALL');
// What is left of the setting up is none of the load's.
await run(urls.trigger, 'DELETE FROM change_outbox');

const env = { DATABASE_URL: urls.followed, ...(redis && { REDIS_URL: redis.url }) };
const sequencer = startSequencerProcess(env);
cleanUp.defer(async () => void (await sequencer.end('SIGTERM')));
await sequencer.leading;
const watch = new pg.Client({ connectionString: urls.followed });
await watch.connect();
cleanUp.defer(() => watch.end());
await emptied();

await using writers = await startChild<LoadOrder, Load>(new URL('./throughput/writers.ts', import.meta.url));
const load = (url: string, ms: number) =>
  writers.ask({ url, sessions: database.sessions, writers: WRITERS, ms });

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

const rate = ({ commits, ms }: Load) => (1000 * commits) / ms;
const share = (way: keyof typeof sums) => `${((100 * rate(sums[way])) / rate(sums.none)).toFixed(0)} %`;
const told = (way: keyof typeof sums) =>
  `${(rate(sums[way]) / 1000).toFixed(2)} k/s (rounds: ${rates[way].join(', ')})`;
say(`${WRITERS} writers of one row each, ${ROUNDS} rounds of ${MS / 1000} s in turns`);
say(`without any trigger:             ${told('none')}`);
say(`captured, nobody sequencing:     ${told('trigger')}, ${share('trigger')}`);
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

async function emptied(): Promise<void> {
  while ((await watch.query('SELECT FROM change_outbox LIMIT 1')).rows.length > 0) await sleep(2);
}
