/** The figures of the half of the feed that gives positions: of every process that may do so, whatever else it does. */
import { Histogram, type Registry } from 'prom-client';
import type { Backlog } from '../feed/sequence/backlog.ts';
import type { SequencingMeter } from '../feed/sequence/meter.ts';
import { createGauges, type GaugeOf } from './gauges.ts';
import { sumCounter } from './sumCounter.ts';

/** What the process knows without asking anybody. */
export type SequencingStatus = { isSequencing: boolean; isBusDelivering: boolean };

/** Where the figures are read at a scrape. */
export type ObservedSequencing = {
  status(): SequencingStatus;
  /** Asked once for each scrape; when it fails, what it would tell is absent. */
  backlog(): Promise<Backlog>;
};

/** From a change that is heard at once to one that waited for a fail-over. */
const LAG_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60];

export function createSequencingMeter(registry: Registry): SequencingMeter {
  const lag = new Histogram({
    name: 'muster_feed_sequencing_lag_seconds',
    help: 'From the last change of a transaction until its changes had positions; the longest of each batch. Only where the process sequences.',
    buckets: LAG_SECONDS,
    registers: [registry],
  });
  const sequenced = sumCounter(registry, {
    name: 'muster_feed_sequenced_changes_total',
    help: 'Changes that this process gave positions to.',
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
    '1 where this process gives positions. Over all processes of an installation the sum is 1.',
    ({ isSequencing }) => Number(isSequencing),
  ],
  [
    'muster_feed_bus_delivering',
    '1 where news is expected to arrive by itself, 0 where the log is read instead.',
    ({ isBusDelivering }) => Number(isBusDelivering),
  ],
];

/** What only the database knows: the same for every process of an installation. */
const BACKLOG: GaugeOf<Backlog>[] = [
  ['muster_feed_head_position', 'The position given last.', ({ head }) => head],
  ['muster_feed_oldest_position', 'The position of the oldest change still stored.', ({ oldest }) => oldest],
  [
    'muster_feed_outbox_changes',
    'Changes that wait for a position; counted no further than 10,000.',
    ({ waiting }) => waiting,
  ],
  [
    'muster_feed_outbox_age_seconds',
    'How long the change first in line has waited for its position, since its transaction’s last change.',
    ({ outboxAgeMs }) => outboxAgeMs / 1000,
  ],
  [
    'muster_feed_oldest_transaction_age_seconds',
    'Age of the oldest transaction that keeps what was sequenced from being cleared out of the outbox.',
    ({ oldestTransactionAgeMs }) => oldestTransactionAgeMs / 1000,
  ],
];

/** The returned function reads the figures into the registry, and is called before each scrape. */
export function observeSequencing(registry: Registry, observed: ObservedSequencing): () => Promise<void> {
  const setStatus = createGauges(registry, STATUS);
  const setBacklog = createGauges(registry, BACKLOG);
  return async () => {
    setStatus(observed.status());
    setBacklog(await observed.backlog().catch(() => undefined));
  };
}
