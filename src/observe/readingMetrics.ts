/** Metrics of the readers of the feed, in processes that serve the API. */
import type { Registry } from 'prom-client';
import type { FeedStatus } from '../feed/feed.ts';
import type { ReadingMeter } from '../feed/follow/meter.ts';
import { createGauges, type GaugeOf } from './gauges.ts';
import { sumCounter } from './sumCounter.ts';

export function createReadingMeter(registry: Registry): ReadingMeter {
  const repaired = sumCounter(registry, {
    name: 'muster_feed_gaps_repaired_total',
    help: 'Times that changes were read from the log because the bus had not delivered them.',
  });
  const delivered = sumCounter(registry, {
    name: 'muster_feed_delivered_changes_total',
    help: 'Changes delivered to streams. A stream may serve many connections.',
  });
  return { repaired: () => repaired.add(1), delivered: () => delivered.add(1) };
}

const STATUS: GaugeOf<FeedStatus>[] = [
  [
    'muster_feed_head_age_seconds',
    'Time since the database last answered the feed.',
    ({ headAgeMs }) => (headAgeMs === null ? null : headAgeMs / 1000),
  ],
  ['muster_feed_streams', 'Open streams of changes.', ({ streams }) => streams],
  [
    'muster_feed_organizations',
    'Organizations whose changes this process follows.',
    ({ organizations }) => organizations,
  ],
];

/** Returns a function that reads the status into the registry before each scrape. */
export function observeReading(registry: Registry, status: () => FeedStatus): () => void {
  const setStatus = createGauges(registry, STATUS);
  return () => setStatus(status());
}
