/**
 * Shows that subscribers leave nothing behind: `npm run bench -- churn`, for BENCH_MINUTES (default: half a minute).
 *
 * Clients connect over WebSocket and as event streams, receive, resume after their cursor, complete, and leave, some without
 * a word, while sessions change. Afterwards, what the server counts must return to where it began: its connections,
 * subscriptions, streams, organizations, timers, sockets, and its heap once its garbage is collected. A warning of
 * Node.js, such as of too many listeners, fails too.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { openEventStream } from '../test/support/eventStream.ts';
import { readFigures } from '../test/support/metrics.ts';
import { startServer } from '../test/support/process.ts';
import { openSocket } from '../test/support/rawSocket.ts';
import { startDatabase } from './support/database.ts';
import { now, say } from './support/figures.ts';
import { COLLECTABLE, memoryOf } from './support/memory.ts';

const MINUTES = Number(process.env.BENCH_MINUTES ?? 0.5);
const WARM_UP_MS = 10_000;
const CLIENTS = 8;
const SESSIONS = 20;
const WRITE_EVERY_MS = 20;
/** An organization is kept for 5 s after its last reader; timers of requests and idle connections take longer. */
const MAX_SETTLING_MS = 120_000;
/** What caches, counters and compiled code may gain. */
const HEAP_TOLERANCE = 10_000_000;
const COUNTED = [
  'muster_live_connections',
  'muster_live_subscriptions',
  'muster_feed_streams',
  'muster_feed_organizations',
  'nodejs_active_resources{type="Timeout"}',
  'nodejs_active_resources{type="TCPSocketWrap"}',
];
const QUERY = `subscription Churn($organizationId: ID!, $after: String) {
  changes(organizationId: $organizationId, after: $after) { cursor type entity { id } }
}`;

await using database = await startDatabase(SESSIONS);
await using cleanUp = new AsyncDisposableStack();
const muster = await startServer({ DATABASE_URL: database.url, ...COLLECTABLE });
const pid = muster.process.pid ?? 0;
cleanUp.defer(() => muster.stop());
const { url } = muster;
const warnings: string[] = [];
muster.process.stderr?.on('data', (text) => warnings.push(String(text)));
const { token, organizationId } = database;
const payload = (after?: string) => ({ query: QUERY, variables: { organizationId, after } });
const isEvent = ({ type }: { type: string }) => type === 'next';
const cursorIn = (event: object | undefined) =>
  (event as { data?: { changes?: { cursor: string } } } | undefined)?.data?.changes?.cursor;

async function bySocket(): Promise<void> {
  const socket = await openSocket(url, { authorization: `Bearer ${token}` });
  socket.send({ id: '1', type: 'subscribe', payload: payload() });
  const first = await socket.next(isEvent);
  socket.send({ id: '2', type: 'subscribe', payload: payload(cursorIn(first?.payload)) });
  if (Math.random() < 0.5) socket.send({ id: '1', type: 'complete' });
  if (Math.random() < 0.5) await socket.next(({ type, id }) => type === 'next' && id === '2');
  await socket.close();
}

async function byStream(): Promise<void> {
  const stream = await openEventStream(url, token, payload());
  if (Math.random() < 0.5) await stream.result();
  stream.stop();
}

async function churn(ms: number): Promise<number> {
  const end = now() + ms;
  let rounds = 0;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      for (; now() < end; rounds += 1) await (Math.random() < 0.5 ? bySocket() : byStream());
    }),
  );
  return rounds;
}

/** Sessions change until it is stopped. */
async function write(signal: AbortSignal): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (let count = 0; !signal.aborted; count += 1) {
    const id = database.sessions[count % SESSIONS];
    await client.query('UPDATE session SET branch = $2 WHERE id = $1', [id, `b${count}`]);
    await sleep(WRITE_EVERY_MS);
  }
  await client.end();
}

async function counts(): Promise<number[]> {
  const figure = await readFigures(url);
  return COUNTED.map(figure);
}

/** Churns, and waits until no client is left. */
async function round(ms: number): Promise<number> {
  const stopping = new AbortController();
  const writing = write(stopping.signal);
  const rounds = await churn(ms);
  stopping.abort();
  await writing;
  return rounds;
}

async function settled(most: number[]): Promise<number[]> {
  const end = now() + MAX_SETTLING_MS;
  for (;;) {
    const found = await counts();
    if (found.every((value, index) => value <= (most[index] ?? 0)) || now() > end) return found;
    await sleep(500);
  }
}

// What is only opened once, such as the connections of pools, is there after the first round.
await round(WARM_UP_MS);
const before = await settled([0, 0, 0, 0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
const { heap } = await memoryOf(pid);
const rounds = await round(MINUTES * 60_000);
const after = await settled(before);
const gained = (await memoryOf(pid)).heap - heap;

say(`${rounds} connections came and left`);
for (const [index, name] of COUNTED.entries())
  say(`  ${name}: ${before[index]} before, ${after[index]} after`);
say(`  heap: ${(heap / 1e6).toFixed(1)} MB before, ${(gained / 1e6).toFixed(1)} MB more after`);
for (const text of warnings) say(text);
const isClean =
  after.every((value, index) => value <= (before[index] ?? 0)) &&
  gained <= HEAP_TOLERANCE &&
  warnings.length === 0;
if (!isClean) {
  say('Something was left behind.');
  process.exitCode = 1;
}
