/** The Prometheus metrics of one app. */
import { Registry } from 'prom-client';
import type { FeedMeter, FeedStatus } from '../feed/feed.ts';
import type { SequencingMeter } from '../feed/sequence/meter.ts';
import type { JobFigures } from '../jobs/figures.ts';
import { type HostBudgetFigures, observeHostBudget } from './hostBudgetMetrics.ts';
import { observeJobs } from './jobMetrics.ts';
import { processRegistry } from './processMetrics.ts';
import { createReadingMeter, observeReading } from './readingMetrics.ts';
import { createSequencingMeter, type ObservedSequencing, observeSequencing } from './sequencingMetrics.ts';
import { observeSockets, type SocketFigures } from './socketMetrics.ts';

/** The feed as the metrics read it at each scrape. */
export type ObservedFeed = ObservedSequencing & { status(): FeedStatus };

export type Exposition = {
  /** All metrics as text. Never fails: values that cannot be read are left out. */
  metricsText(): Promise<string>;
  /** The content type of `metricsText`. */
  contentType: string;
};

export type Metrics = Exposition & {
  /** Counts what the feed does. */
  feedMeter: FeedMeter;
  /** Adds the feed to each scrape. Call once. */
  observeFeed(feed: ObservedFeed): void;
  /** Adds the job queues to each scrape. Call once. */
  observeJobs(read: () => Promise<JobFigures[]>): void;
  /** Adds the budget of the source-code host to each scrape, as this process knows it. Call once. */
  observeHostBudget(read: () => HostBudgetFigures | null): void;
  /** Adds the subscriptions' connections to each scrape. Call once. */
  observeSockets(read: () => SocketFigures): void;
};

/** Each app has its own registry, so that several can run in one process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  let readFeed = async () => {};
  let readJobs = async () => {};
  return {
    ...expositionOf(registry, async () => void (await Promise.all([readFeed(), readJobs()]))),
    feedMeter: { ...createSequencingMeter(registry), ...createReadingMeter(registry) },
    observeFeed(feed) {
      const readSequencing = observeSequencing(registry, feed);
      const readReading = observeReading(registry, feed.status);
      readFeed = async () => {
        readReading();
        await readSequencing();
      };
    },
    observeJobs(read) {
      readJobs = observeJobs(registry, read);
    },
    observeHostBudget: (read) => observeHostBudget(registry, read),
    observeSockets: (read) => observeSockets(registry, read),
  };
}

export type SequencerMetrics = Exposition & {
  /** Counts what the sequencer does. */
  meter: SequencingMeter;
  /** Adds the sequencer to each scrape. Call once. */
  observe(sequencing: ObservedSequencing): void;
};

/** The metrics of an app that only sequences. */
export function createSequencerMetrics(): SequencerMetrics {
  const registry = new Registry();
  let readSequencing = async () => {};
  return {
    ...expositionOf(registry, () => readSequencing()),
    meter: createSequencingMeter(registry),
    observe(sequencing) {
      readSequencing = observeSequencing(registry, sequencing);
    },
  };
}

/** @param read updates the registry. */
function expositionOf(registry: Registry, read: () => Promise<void>): Exposition {
  return {
    async metricsText() {
      await read();
      const texts = await Promise.all([registry.metrics(), processRegistry().metrics()]);
      return texts.join('\n');
    },
    contentType: registry.contentType,
  };
}
