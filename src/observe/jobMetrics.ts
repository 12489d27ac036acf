import { Gauge, type Registry } from 'prom-client';
import type { JobFigures } from '../jobs/figures.ts';

const GAUGES: [name: string, help: string, read: (figures: JobFigures) => number][] = [
  [
    'muster_jobs_waiting',
    'Jobs that are due and wait for somebody to work on them.',
    ({ waiting }) => waiting,
  ],
  ['muster_jobs_running', 'Jobs that somebody works on.', ({ running }) => running],
  [
    'muster_jobs_dead',
    'Jobs whose last attempt has failed. They are kept until somebody has them tried again.',
    ({ dead }) => dead,
  ],
  [
    'muster_jobs_oldest_waiting_seconds',
    'For how long the first of those that wait has been due. Grows when nobody works on them.',
    ({ oldestWaitingSeconds }) => oldestWaitingSeconds,
  ],
];

/** Reads the queues into the registry; the returned function does so anew, and is called before each scrape. */
export function observeJobs(registry: Registry, read: () => Promise<JobFigures[]>): () => Promise<void> {
  const gauges = GAUGES.map(([name, help, value]) => ({
    gauge: new Gauge({ name, help, labelNames: ['queue'], registers: [registry] }),
    value,
  }));
  return async () => {
    // What is not known is absent, rather than what it was.
    const queues = await read().catch(() => []);
    for (const { gauge, value } of gauges) {
      gauge.reset();
      for (const figures of queues) gauge.set({ queue: figures.queue }, value(figures));
    }
  };
}
