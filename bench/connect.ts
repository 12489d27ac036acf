/**
 * Measures what the connection of a subscriber costs: `npm run bench -- connect`.
 *
 * Subscribers open a WebSocket with one subscription each, 16 at a time and all with the same document. A subscriber is
 * connected once the server has answered its `connection_init` and taken up its subscription. The subscribers of each
 * server have a process of their own.
 *
 * First, 5,000 of each server stay and receive nothing. Their memory is what the server holds more than before them, once
 * its garbage is collected. The CPU of all servers is read at the same time, and without what each used in as much time
 * before. Then 1,000 of each server connect and leave, in turns.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { documentOf } from './fanout/event.ts';
import type { Sockets } from './fanout/measure.ts';
import type { Way } from './fanout/way.ts';
import { CEILING, FRAMED_ONCE, openSockets, startSockets, startWays } from './fanout/ways.ts';
import { cpuMs } from './support/cpu.ts';
import { now } from './support/figures.ts';
import { COLLECTABLE, type Memory, memoryOf } from './support/memory.ts';
import { saturation } from './support/saturation.ts';
import { sayTable } from './support/table.ts';

const WARM_UP = 500;
const STAYING = 5_000;
const ROUNDS = 4;
const COMING = 1_000;
const IDLE_MS = 20_000;
const SETTLING_MS = 1_000;
/** V8 collects the garbage of a burst up to half a minute after it. */
const COLLECTING_MS = 30_000;
const DOCUMENTS = [documentOf(0)];

type Server = {
  way: Way;
  sockets: Sockets;
  /** Of all rounds together, in milliseconds. */
  connecting: { count: number; ms: number; cpu: number; loadCpu: number };
  /** Of one subscriber, in bytes. */
  memory: Memory;
  /** Milliseconds of CPU that the server used while nothing happened. */
  unused: number;
  idle: number;
};

await using cleanUp = new AsyncDisposableStack();
const servers: Server[] = [];
for (const way of await startWays(cleanUp, COLLECTABLE)) {
  if (way.name === FRAMED_ONCE) continue;
  const connecting = { count: 0, ms: 0, cpu: 0, loadCpu: 0 };
  const sockets = await startSockets(cleanUp);
  servers.push({ way, sockets, connecting, memory: { rss: 0, heap: 0 }, unused: 0, idle: 0 });
}

/** @returns the milliseconds, and the CPU of the server and of the load generator. */
async function connect({ way, sockets }: Server, count: number): Promise<[number, number, number]> {
  const loadPid = sockets.ready.pid;
  const [cpu, loadCpu, began] = [await cpuMs(way.pid), await cpuMs(loadPid), now()];
  await openSockets(sockets, way, count, DOCUMENTS);
  return [now() - began, (await cpuMs(way.pid)) - cpu, (await cpuMs(loadPid)) - loadCpu];
}

/** The CPU of each server while nothing happens. */
async function waiting(): Promise<number[]> {
  await sleep(COLLECTING_MS);
  const before = await Promise.all(servers.map(({ way }) => cpuMs(way.pid)));
  await sleep(IDLE_MS);
  return await Promise.all(servers.map(async ({ way }, n) => (await cpuMs(way.pid)) - (before[n] ?? 0)));
}

async function leave({ way, sockets }: Server): Promise<void> {
  await sockets.ask({ server: way.name, close: true });
  await sleep(SETTLING_MS);
}

for (const server of servers) {
  await connect(server, WARM_UP);
  await leave(server);
}
for (const [n, unused] of (await waiting()).entries()) Object.assign(servers[n] as Server, { unused });
for (const server of servers) {
  const before = await memoryOf(server.way.pid);
  await connect(server, STAYING);
  await sleep(SETTLING_MS);
  const after = await memoryOf(server.way.pid);
  server.memory = {
    rss: (after.rss - before.rss) / STAYING,
    heap: (after.heap - before.heap) / STAYING,
  };
}
for (const [n, idle] of (await waiting()).entries()) Object.assign(servers[n] as Server, { idle });
for (const server of servers) await leave(server);
for (let round = 0; round < ROUNDS; round += 1) {
  for (const server of servers) {
    const [ms, cpu, loadCpu] = await connect(server, COMING);
    await leave(server);
    const { connecting } = server;
    connecting.count += COMING;
    connecting.ms += ms;
    connecting.cpu += cpu;
    connecting.loadCpu += loadCpu;
  }
}

const costOf = ({ connecting: { cpu, count } }: Server) => cpu / count;
const ceiling = servers.find(({ way }) => way.name === CEILING);
sayTable([
  [
    'server',
    'CPU ms to connect',
    '× ws',
    'connected/s',
    'server / load busy, the limit',
    'memory KB',
    'of it heap KB',
    `${STAYING} idle, % of a core`,
    'without any',
  ],
  ...servers.map((server) => {
    const { way, connecting, memory, unused, idle } = server;
    const share = (cpu: number) => ((100 * cpu) / IDLE_MS).toFixed(1);
    return [
      way.name,
      costOf(server).toFixed(2),
      (costOf(server) / (ceiling ? costOf(ceiling) : Number.NaN)).toFixed(1),
      ((1_000 * connecting.count) / connecting.ms).toFixed(0),
      saturation(connecting),
      (memory.rss / 1_000).toFixed(0),
      (memory.heap / 1_000).toFixed(0),
      share(idle - unused),
      share(unused),
    ];
  }),
]);
