/**
 * Measures requests that ask for little: `npm run bench -- small`.
 *
 * A server process answers `viewer` alone, and `viewer` with one session. A yoga with a constant answer, in a process of
 * its own, answers the same documents in turns with it: the ceiling of any yoga. All clients send one request after the
 * other, each over a connection of its own.
 */
import { Client } from 'undici';
import { globalId } from '../src/value/globalId.ts';
import { startServer } from '../test/support/process.ts';
import { startChild } from './support/child.ts';
import { cpuMs } from './support/cpu.ts';
import { startDatabase } from './support/database.ts';
import { now, percentiles, say } from './support/figures.ts';

const CLIENTS = 16;
const ROUNDS = 10;
const ROUND_MS = 1_500;
const WARM_UP_ROUNDS = 2;

await using database = await startDatabase(1);
await using cleanUp = new AsyncDisposableStack();
await using constant = await startChild<never, Server>(new URL('./small/constant.ts', import.meta.url));
const muster = await startServer({ DATABASE_URL: database.url });
cleanUp.defer(() => muster.stop());

type Server = { url: string; pid: number };
type Figures = { requests: number; ms: number; cpu: number; latencies: number[] };

const SERVERS: Record<string, Server> = {
  constant: constant.ready,
  muster: { url: muster.url, pid: muster.process.pid ?? 0 },
};
const DOCUMENTS = {
  'viewer alone': 'query Viewer { viewer { name kind } }',
  'viewer and a session':
    'query Small($id: ID!) { viewer { name kind } node(id: $id) { id ... on Session { name branch createdAt } } }',
};
const variables = { id: globalId('Session', database.sessions[0] ?? '') };

for (const [name, query] of Object.entries(DOCUMENTS)) {
  const figures: Record<string, Figures> = {};
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    for (const [who, server] of Object.entries(SERVERS)) {
      const found = await load(server, JSON.stringify({ query, variables }));
      if (round < WARM_UP_ROUNDS) continue;
      figures[who] = merged(figures[who], found);
    }
  }
  say(name);
  const ceiling = figures.constant;
  for (const [who, each] of Object.entries(figures)) {
    const { p50, p99 } = percentiles(each.latencies);
    const share = ceiling ? perSecond(each) / perSecond(ceiling) : Number.NaN;
    // What a busy machine disturbs less: how many requests a second of the server's CPU answers.
    const cpuShare = ceiling ? cpuOf(ceiling) / cpuOf(each) : Number.NaN;
    say(
      `  ${who.padEnd(9)} ${perSecond(each).toFixed(0).padStart(6)} requests/s (${share.toFixed(2)} × constant), ` +
        `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${(cpuOf(each) * 1_000).toFixed(0)} µs of the server's CPU ` +
        `a request (${cpuShare.toFixed(2)} × constant, ${((each.cpu / each.ms) * 100).toFixed(0)} % busy)`,
    );
  }
}

function perSecond({ requests, ms }: Figures): number {
  return (requests / ms) * 1_000;
}

/** Milliseconds a request. */
function cpuOf({ cpu, requests }: Figures): number {
  return cpu / requests;
}

function merged(a: Figures | undefined, b: Figures): Figures {
  if (!a) return b;
  return {
    requests: a.requests + b.requests,
    ms: a.ms + b.ms,
    cpu: a.cpu + b.cpu,
    latencies: a.latencies.concat(b.latencies),
  };
}

/** Every client sends the body again and again until the round is over. */
async function load({ url, pid }: Server, body: string): Promise<Figures> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${database.token}` };
  const clients = Array.from({ length: CLIENTS }, () => new Client(url));
  const latencies: number[] = [];
  const cpuBefore = await cpuMs(pid);
  const began = now();
  const end = began + ROUND_MS;
  await Promise.all(
    clients.map(async (client) => {
      while (now() < end) {
        const sentAt = now();
        const answer = await client.request({ path: '/graphql', method: 'POST', headers, body });
        const text = await answer.body.text();
        if (!text.startsWith('{"data":{"viewer":{"name":"Ann"')) throw new Error(text);
        latencies.push(now() - sentAt);
      }
    }),
  );
  const ms = now() - began;
  const cpu = (await cpuMs(pid)) - cpuBefore;
  await Promise.all(clients.map((client) => client.close()));
  return { requests: latencies.length, ms, cpu, latencies };
}
