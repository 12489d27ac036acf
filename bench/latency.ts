/**
 * Measures the time from a commit to its event at a client: `npm run bench -- latency`.
 *
 * One server process writes 200 changes a second, and a client subscribes at another one, with Redis in between. Both may
 * sequence. The clock starts when the writing process learns of the commit, and stops when the client has the frame. For
 * comparison, a bare LISTEN/NOTIFY with a WebSocket is measured in alternation within the same run.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import WebSocket from 'ws';
import { startServer } from '../test/support/process.ts';
import { startRedis } from '../test/support/redis.ts';
import type { Commits, WriteOrder } from './latency/orders.ts';
import { startChild } from './support/child.ts';
import { startDatabase } from './support/database.ts';
import { inWords, now, percentiles, say } from './support/figures.ts';

const ROUNDS = 5;
const CHANGES = 1_200;
const EVERY_MS = 5;
const SESSIONS = 50;
/** About the size of a change. */
const PAYLOAD = 'x'.repeat(700);

await using database = await startDatabase(SESSIONS);
await using cleanUp = new AsyncDisposableStack();
const redis = await startRedis();
if (!redis) throw new Error('There is no redis-server on PATH.');
cleanUp.defer(redis.stop);
const admin = new pg.Client({ connectionString: database.url });
await admin.connect();
cleanUp.defer(() => admin.end());
await admin.query('CREATE TABLE pipe (id int PRIMARY KEY, n int)');
await admin.query(`INSERT INTO pipe SELECT id, 0 FROM generate_series(0, ${SESSIONS - 1}) id`);

const env = { DATABASE_URL: database.url, REDIS_URL: redis.url };
// The reading server leads, so both the nudge and the published change cross Redis.
const server = await startServer(env);
cleanUp.defer(() => server.stop());
const leads = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted`;
while ((await admin.query(leads)).rows.length === 0) await sleep(20);
await using writer = await startChild<WriteOrder, Commits>(new URL('./latency/writer.ts', import.meta.url), {
  ...env,
  SESSIONS: JSON.stringify(database.sessions),
  PAYLOAD,
});
await using pipe = await startChild<never, string>(new URL('./latency/pipe.ts', import.meta.url), env);

const heardAt = { muster: new Map<number, number>(), pipe: new Map<number, number>() };
for (const socket of [await subscribe(), await listen(pipe.ready)]) cleanUp.defer(() => socket.terminate());

const latencies = { muster: [] as number[], pipe: [] as number[] };
for (let round = 0; round <= ROUNDS; round += 1) {
  for (const way of ['pipe', 'muster'] as const) {
    const from = round * CHANGES + 1;
    const commits = await writer.ask({ way, from, count: CHANGES, everyMs: EVERY_MS });
    while (commits.some(([n]) => !heardAt[way].has(n))) await sleep(20);
    // The first round warms up compilers and caches.
    if (round === 0) continue;
    latencies[way].push(...commits.map(([n, at]) => (heardAt[way].get(n) ?? Number.NaN) - at));
  }
}
const [ours, bare] = [percentiles(latencies.muster), percentiles(latencies.pipe)];
say(`commit to client at ${1000 / EVERY_MS} changes a second, ${ROUNDS} rounds in turns`);
say(`Muster, two servers and Redis:  ${inWords(ours)}`);
say(`LISTEN/NOTIFY to a WebSocket:   ${inWords(bare)}`);
say(`ratio: p50 × ${(ours.p50 / bare.p50).toFixed(1)}, p99 × ${(ours.p99 / bare.p99).toFixed(1)}`);

async function subscribe(): Promise<WebSocket> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const isLive = Promise.withResolvers<void>();
  const send = (message: object) => socket.send(JSON.stringify(message));
  const query = `subscription ($id: ID!) {
    changes(organizationId: $id, types: [SESSION_UPDATED]) { cursor type entityId payload } }`;
  socket.on('message', (data) => {
    const at = now();
    const message = JSON.parse(String(data));
    if (message.type === 'connection_ack') {
      send({ id: '1', type: 'subscribe', payload: { query, variables: { id: database.organizationId } } });
    } else if (message.type === 'ping') {
      send({ type: 'pong' });
      if (message.payload) isLive.resolve();
    } else if (message.type === 'next') {
      heardAt.muster.set(Number(message.payload.data.changes.payload.row.branch), at);
    }
  });
  await once(socket, 'open');
  send({ type: 'connection_init', payload: { authorization: `Bearer ${database.token}` } });
  await isLive.promise;
  return socket;
}

async function listen(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  socket.on('message', (data) => {
    const at = now();
    heardAt.pipe.set(Number.parseInt(String(data), 10), at);
  });
  await once(socket, 'open');
  return socket;
}
