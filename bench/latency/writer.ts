/** The writing server: `muster serve` that also takes orders to write. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startApp } from '../../src/app.ts';
import { createLogger } from '../../src/observe/log.ts';
import { now } from '../support/figures.ts';
import type { Commits, WriteOrder } from './orders.ts';

const { DATABASE_URL = '', REDIS_URL, SESSIONS = '[]', PAYLOAD = '' } = process.env;
const sessions = JSON.parse(SESSIONS) as string[];
const app = await startApp(
  {
    databaseUrl: DATABASE_URL,
    redisUrl: REDIS_URL,
    host: '127.0.0.1',
    port: 0,
    scm: 'demo',
    github: { apiUrl: 'https://api.github.invalid' },
  },
  createLogger({ level: 'warn' }),
);
await app.ready();
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 20 });

/** Commits a change and nudges the feed, as the server's own commits do. */
async function change(n: number): Promise<void> {
  await pool.query({
    name: 'change',
    text: 'UPDATE session SET branch = $1::int::text WHERE id = $2',
    values: [n, sessions[n % sessions.length]],
  });
  app.feed.nudge();
}

/** The minimum: one row and one NOTIFY. */
async function notify(n: number): Promise<void> {
  await pool.query({
    name: 'notify',
    text: `WITH changed AS (UPDATE pipe SET n = $1 WHERE id = $2 RETURNING n)
           SELECT pg_notify('pipe', n || ' ' || $3) FROM changed`,
    values: [n, n % sessions.length, PAYLOAD],
  });
}

process.on('message', async ({ way, from, count, everyMs }: WriteOrder) => {
  const write = way === 'muster' ? change : notify;
  const commits: Commits = [];
  const begin = now();
  const writes: Promise<void>[] = [];
  // Writes by the clock, so that a slow change does not delay the next ones.
  for (let index = 0; index < count; index += 1) {
    const due = begin + index * everyMs;
    for (let left = due - now(); left > 0; left = due - now()) await sleep(left);
    const n = from + index;
    writes.push(write(n).then(() => void commits.push([n, now()])));
  }
  await Promise.all(writes);
  process.send?.(commits);
});
process.send?.([]);
