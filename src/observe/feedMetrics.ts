import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Backlog } from '../feed/backlog.ts';
import type { FeedStatus } from '../feed/feed.ts';
import type { FeedMeter } from '../feed/meter.ts';

/** Where the feed's figures are read at a scrape. */
export type ObservedFeed = {
  status(): FeedStatus;
  /** Asked once for each scrape; when it fails, what it would tell is absent. */
  backlog(): Promise<Backlog>;
};

/** From a change that is heard at once to one that waited for a fail-over. */
const LAG_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60];

/** Counts what the feed tells as it goes. Counting is an addition; the registry hears of the sum at a scrape. */
export function createFeedMeter(registry: Registry): FeedMeter {
  const registers = [registry];
  const lag = new Histogram({
    name: 'muster_feed_sequencing_lag_seconds',
    help: 'From the last change of a transaction until its changes had positions; the longest of each batch. Only where the process sequences.',
    buckets: LAG_SECONDS,
    registers,
  });
  const sequenced = sumCounter(registry, {
    name: 'muster_feed_sequenced_changes_total',
    help: 'Changes that this process gave positions to.',
  });
  const repaired = sumCounter(registry, {
    name: 'muster_feed_gaps_repaired_total',
    help: 'Times that changes were read from the log because the bus had not brought them.',
  });
  const delivered = sumCounter(registry, {
    name: 'muster_feed_delivered_changes_total',
    help: 'Changes handed to streams. A stream may serve many sockets.',
  });
  return {
    sequenced(changes, lagMs) {
      sequenced.add(changes);
      lag.observe(lagMs / 1000);
    },
    repaired: () => repaired.add(1),
    delivered: () => delivered.add(1),
  };
}

/** A counter without labels whose sum is kept apart: some are counted up a hundred thousand times a second. */
function sumCounter(registry: Registry, { name, help }: { name: string; help: string }) {
  let sum = 0;
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(sum);
    },
  });
  return {
    add(count: number) {
      sum += count;
    },
  };
}

/** What this process knows of its feed without asking anybody. */
const STATUS_GAUGES: [name: string, help: string, read: (status: FeedStatus) => number | null][] = [
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
  [
    'muster_feed_head_age_seconds',
    'Since the database last answered the feed.',
    ({ headAgeMs }) => (headAgeMs === null ? null : headAgeMs / 1000),
  ],
  ['muster_feed_streams', 'Streams of changes that are open.', ({ streams }) => streams],
  [
    'muster_feed_organizations',
    'Organizations whose changes this process follows.',
    ({ organizations }) => organizations,
  ],
];

/** What only the database knows: the same for every process of an installation. */
const BACKLOG_GAUGES: [name: string, help: string, read: (backlog: Backlog) => number][] = [
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

/** Reads a feed's state into the registry; the returned function does so anew, and is called before each scrape. */
export function observeFeed(registry: Registry, feed: ObservedFeed): () => Promise<void> {
  const gauge = ([name, help]: readonly [string, string, ...unknown[]]) =>
    new Gauge({ name, help, registers: [registry] });
  const ofStatus = STATUS_GAUGES.map((each) => ({ gauge: gauge(each), read: each[2] }));
  const ofBacklog = BACKLOG_GAUGES.map((each) => ({ gauge: gauge(each), read: each[2] }));

  return async () => {
    const status = feed.status();
    for (const { gauge, read } of ofStatus) set(gauge, read(status));
    const backlog = await feed.backlog().catch(() => undefined);
    for (const { gauge, read } of ofBacklog) set(gauge, backlog ? read(backlog) : null);
  };
}

/** A value that is not known is absent, rather than zero or what it was. */
function set(gauge: Gauge, value: number | null): void {
  if (value === null) gauge.remove();
  else gauge.set(value);
}
