/**
 * Measures what subscribers cost that receive nothing: `npm run bench -- subscribers`.
 *
 * Clients in a process of their own open a WebSocket with one subscription each, 16 at a time. The CPU is that of the
 * server's process; its memory is read after its garbage was collected, and compared with that before the first client.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Order } from './subscribers/clients.ts';
import { startChild } from './support/child.ts';
import { cpuMs } from './support/cpu.ts';
import { startDatabase } from './support/database.ts';
import { now, say } from './support/figures.ts';
import { memoryOf, startCollectableServer } from './support/memory.ts';

const WARM_UP = 500;
const COUNTS = [2_000, 5_000];
const IDLE_MS = 20_000;

await using database = await startDatabase(1);
await using cleanUp = new AsyncDisposableStack();
const muster = await startCollectableServer(database.url);
cleanUp.defer(() => muster.stop());
const pid = muster.process.pid ?? 0;
const { token, organizationId } = database;

const startClients = () => startChild<Order, Answer>(new URL('./subscribers/clients.ts', import.meta.url));
const connect = (clients: Awaited<ReturnType<typeof startClients>>, count: number) =>
  clients.ask({ url: muster.url, token, organizationId, count });

/** The share of a core that the server needs while its clients wait. */
async function idle(): Promise<string> {
  const [cpu, began] = [await cpuMs(pid), now()];
  await sleep(IDLE_MS);
  return `${((((await cpuMs(pid)) - cpu) / (now() - began)) * 100).toFixed(1)} % of a core`;
}

{
  await using warmUp = await startClients();
  await connect(warmUp, WARM_UP);
}
await sleep(1_000);
const before = await memoryOf(muster);
say(`no subscriber: ${await idle()}`);

await using clients = await startClients();
let connected = 0;
for (const count of COUNTS) {
  const cpu = await cpuMs(pid);
  await connect(clients, count - connected);
  const each = ((await cpuMs(pid)) - cpu) / (count - connected);
  connected = count;
  const { rss, heap } = await memoryOf(muster);
  const kilobytes = (after: number, first: number) => ((after - first) / count / 1_000).toFixed(0);
  say(
    `${count} subscribers: ${each.toFixed(2)} ms of CPU to connect one, ` +
      `${kilobytes(rss, before.rss)} KB of memory each (${kilobytes(heap, before.heap)} KB of JavaScript's heap), ${await idle()}`,
  );
}
