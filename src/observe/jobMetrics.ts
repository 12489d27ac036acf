import { Gauge, type Registry } from 'prom-client';
import type { JobFigures } from '../jobs/figures.ts';

const GAUGES: [name: string, help: string, read: (figures: JobFigures) => number][] = [
  ['muster_jobs_waiting', 'Jobs that are due and not started.', ({ waiting }) => waiting],
  ['muster_jobs_running', 'Jobs that a worker runs.', ({ running }) => running],
  [
    'muster_jobs_dead',
    'Jobs whose last attempt has failed. They are kept until an operator retries them.',
    ({ dead }) => dead,
  ],
  [
    'muster_jobs_oldest_waiting_seconds',
    'How long the oldest waiting job has been due. Grows while no worker runs.',
    ({ oldestWaitingSeconds }) => oldestWaitingSeconds,
  ],
];

/** Returns a function that reads the queues into the registry before each scrape. */
export function observeJobs(registry: Registry, read: () => Promise<JobFigures[]>): () => Promise<void> {
  const gauges = GAUGES.map(([name, help, value]) => ({
    gauge: new Gauge({ name, help, labelNames: ['queue'], registers: [registry] }),
    value,
  }));
  return async () => {
    // Unknown values are absent, instead of keeping the previous ones.
    const queues = await read().catch(() => []);
    for (const { gauge, value } of gauges) {
      gauge.reset();
      for (const figures of queues) gauge.set({ queue: figures.queue }, value(figures));
    }
  };
}
