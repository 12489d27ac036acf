/** The figures of one app, as Prometheus reads them. */
import { Registry } from 'prom-client';
import type { FeedMeter } from '../feed/meter.ts';
import type { JobFigures } from '../jobs/figures.ts';
import { createFeedMeter, type ObservedFeed, observeFeed } from './feedMetrics.ts';
import { observeJobs } from './jobMetrics.ts';
import { processRegistry } from './processMetrics.ts';
import { observeSockets, type SocketFigures } from './socketMetrics.ts';

export type Metrics = {
  /** For the feed to count on. */
  feedMeter: FeedMeter;
  /** Has each scrape read the feed too. Called once. */
  observeFeed(feed: ObservedFeed): void;
  /** Has each scrape read the queues of jobs too. Called once. */
  observeJobs(read: () => Promise<JobFigures[]>): void;
  /** Has each scrape read the connections of subscriptions too. Called once. */
  observeSockets(read: () => SocketFigures): void;
  /** All figures as text. Never fails: what cannot be read at the moment is left out. */
  metricsText(): Promise<string>;
  /** Of `metricsText`. */
  contentType: string;
};

/** Every app has a registry of its own, so that several can run in one process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  let readFeed = async () => {};
  let readJobs = async () => {};
  return {
    feedMeter: createFeedMeter(registry),
    observeFeed(feed) {
      readFeed = observeFeed(registry, feed);
    },
    observeJobs(read) {
      readJobs = observeJobs(registry, read);
    },
    observeSockets: (read) => observeSockets(registry, read),
    async metricsText() {
      await Promise.all([readFeed(), readJobs()]);
      const texts = await Promise.all([registry.metrics(), processRegistry().metrics()]);
      return texts.join('\n');
    },
    contentType: registry.contentType,
  };
}
