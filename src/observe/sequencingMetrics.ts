/** Metrics of sequencing, in every process that may sequence. */
import { Histogram, type Registry } from 'prom-client';
import type { Backlog } from '../feed/sequence/backlog.ts';
import type { SequencingMeter } from '../feed/sequence/meter.ts';
import { createGauges, type GaugeOf } from './gauges.ts';
import { sumCounter } from './sumCounter.ts';

/** The process's own state. */
export type SequencingStatus = { isSequencing: boolean; isBusDelivering: boolean };

/** The sequencing as the metrics read it at each scrape. */
export type ObservedSequencing = {
  status(): SequencingStatus;
  /** Called once per scrape. If it fails, its metrics are absent. */
  backlog(): Promise<Backlog>;
};

/** From an immediate change to one that waited for a fail-over. */
const LAG_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60];

export function createSequencingMeter(registry: Registry): SequencingMeter {
  const lag = new Histogram({
    name: 'muster_feed_sequencing_lag_seconds',
    help: 'Time from the last change of a transaction to its position; the longest of each batch. Only where the process sequences.',
    buckets: LAG_SECONDS,
    registers: [registry],
  });
  const sequenced = sumCounter(registry, {
    name: 'muster_feed_sequenced_changes_total',
    help: 'Changes that this process assigned positions to.',
  });
  return {
    sequenced(changes, lagMs) {
      sequenced.add(changes);
      lag.observe(lagMs / 1000);
    },
  };
}

const STATUS: GaugeOf<SequencingStatus>[] = [
  [
    'muster_feed_leading',
    '1 where this process sequences. The sum over the processes of an installation is 1.',
    ({ isSequencing }) => Number(isSequencing),
  ],
  [
    'muster_feed_bus_delivering',
    '1 where the bus delivers changes, 0 where the log is polled instead.',
    ({ isBusDelivering }) => Number(isBusDelivering),
  ],
];

/** Read from the database, so every process of an installation reports the same. */
const BACKLOG: GaugeOf<Backlog>[] = [
  ['muster_feed_head_position', 'The last assigned position.', ({ head }) => head],
  ['muster_feed_oldest_position', 'The position of the oldest stored change.', ({ oldest }) => oldest],
  [
    'muster_feed_outbox_changes',
    'Changes that wait for a position, counted up to 10,000.',
    ({ waiting }) => waiting,
  ],
  [
    'muster_feed_outbox_age_seconds',
    'How long the first waiting change has waited, since its transaction’s last change.',
    ({ outboxAgeMs }) => outboxAgeMs / 1000,
  ],
  [
    'muster_feed_oldest_transaction_age_seconds',
    'Age of the oldest open transaction, which keeps VACUUM from clearing the outbox.',
    ({ oldestTransactionAgeMs }) => oldestTransactionAgeMs / 1000,
  ],
];

/** Returns a function that reads status and backlog into the registry before each scrape. */
export function observeSequencing(registry: Registry, observed: ObservedSequencing): () => Promise<void> {
  const setStatus = createGauges(registry, STATUS);
  const setBacklog = createGauges(registry, BACKLOG);
  return async () => {
    setStatus(observed.status());
    setBacklog(await observed.backlog().catch(() => undefined));
  };
}
