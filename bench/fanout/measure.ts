/** One round of one server: events in a closed loop, each batch after the one before has reached all subscribers. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../support/child.ts';
import { cpuMs } from '../support/cpu.ts';
import { now } from '../support/figures.ts';
import type { MusterWay } from './muster.ts';
import type { SocketAnswer, SocketOrder } from './sockets.ts';
import type { Way } from './way.ts';

export type Sockets = Child<SocketOrder, SocketAnswer>;

export type Figures = {
  ms: number;
  deliveries: number;
  /** The server's, in milliseconds. */
  cpu: number;
  /** What the server used for as many changes that nobody hears, in as much time. */
  unheardCpu: number;
  /** The load generator's. */
  loadCpu: number;
  /** From the publishing, or the commit, to the arrival: of each delivery. */
  latencies: number[];
};

export async function measure(way: Way, sockets: Sockets, events: number, ms: number): Promise<Figures> {
  const loadPid = sockets.ready.pid;
  const latencies: number[] = [];
  const [cpuBefore, loadCpuBefore] = [await cpuMs(way.pid), await cpuMs(loadPid)];
  const began = now();
  let batches = 0;
  while (now() - began < ms) {
    const at = await way.publish(events);
    const { arrivals } = await sockets.ask({ server: way.name, events });
    batches += 1;
    for (const [arrivedAt, count] of arrivals) {
      for (let n = 0; n < count; n += 1) latencies.push(arrivedAt - at);
    }
  }
  const took = now() - began;
  const [cpu, loadCpu] = [(await cpuMs(way.pid)) - cpuBefore, (await cpuMs(loadPid)) - loadCpuBefore];
  const unheardCpu = 'publishUnheard' in way ? await unheard(way as MusterWay, events, batches, took) : 0;
  return { ms: took, deliveries: latencies.length, cpu, unheardCpu, loadCpu, latencies };
}

/** As many changes in as much time, where nobody subscribes. */
async function unheard(way: MusterWay, events: number, batches: number, ms: number): Promise<number> {
  const cpuBefore = await cpuMs(way.pid);
  const began = now();
  for (let batch = 0; batch < batches; batch += 1) {
    await way.publishUnheard(events);
    await sleep(Math.max(0, began + ((batch + 1) * ms) / batches - now()));
  }
  return (await cpuMs(way.pid)) - cpuBefore;
}

export function merged(rounds: Figures[]): Figures {
  const sum = (of: (figures: Figures) => number) => rounds.reduce((total, each) => total + of(each), 0);
  return {
    ms: sum(({ ms }) => ms),
    deliveries: sum(({ deliveries }) => deliveries),
    cpu: sum(({ cpu }) => cpu),
    unheardCpu: sum(({ unheardCpu }) => unheardCpu),
    loadCpu: sum(({ loadCpu }) => loadCpu),
    latencies: rounds.flatMap(({ latencies }) => latencies),
  };
}

/** The server's CPU for one delivery, in microseconds. */
export function costOf({ cpu, unheardCpu, deliveries }: Figures): number {
  return ((cpu - unheardCpu) * 1_000) / deliveries;
}
