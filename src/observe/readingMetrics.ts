/** The figures of the half of the feed that is read: of the processes that serve. */
import type { Registry } from 'prom-client';
import type { FeedStatus } from '../feed/feed.ts';
import type { ReadingMeter } from '../feed/follow/meter.ts';
import { createGauges, type GaugeOf } from './gauges.ts';
import { sumCounter } from './sumCounter.ts';

export function createReadingMeter(registry: Registry): ReadingMeter {
  const repaired = sumCounter(registry, {
    name: 'muster_feed_gaps_repaired_total',
    help: 'Times that changes were read from the log because the bus had not brought them.',
  });
  const delivered = sumCounter(registry, {
    name: 'muster_feed_delivered_changes_total',
    help: 'Changes handed to streams. A stream may serve many sockets.',
  });
  return { repaired: () => repaired.add(1), delivered: () => delivered.add(1) };
}

const STATUS: GaugeOf<FeedStatus>[] = [
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

/** The returned function reads the figures into the registry, and is called before each scrape. */
export function observeReading(registry: Registry, status: () => FeedStatus): () => void {
  const setStatus = createGauges(registry, STATUS);
  return () => setStatus(status());
}
