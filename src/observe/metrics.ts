/** The figures of one app, as Prometheus reads them. */
import { Registry } from 'prom-client';
import type { FeedMeter, FeedStatus } from '../feed/feed.ts';
import type { SequencingMeter } from '../feed/sequence/meter.ts';
import type { JobFigures } from '../jobs/figures.ts';
import { observeJobs } from './jobMetrics.ts';
import { processRegistry } from './processMetrics.ts';
import { createReadingMeter, observeReading } from './readingMetrics.ts';
import { createSequencingMeter, type ObservedSequencing, observeSequencing } from './sequencingMetrics.ts';
import { observeSockets, type SocketFigures } from './socketMetrics.ts';

/** Where the feed's figures are read at a scrape. */
export type ObservedFeed = ObservedSequencing & { status(): FeedStatus };

export type Exposition = {
  /** All figures as text. Never fails: what cannot be read at the moment is left out. */
  metricsText(): Promise<string>;
  /** Of `metricsText`. */
  contentType: string;
};

export type Metrics = Exposition & {
  /** For the feed to count on. */
  feedMeter: FeedMeter;
  /** Has each scrape read the feed too. Called once. */
  observeFeed(feed: ObservedFeed): void;
  /** Has each scrape read the queues of jobs too. Called once. */
  observeJobs(read: () => Promise<JobFigures[]>): void;
  /** Has each scrape read the connections of subscriptions too. Called once. */
  observeSockets(read: () => SocketFigures): void;
};

/** Every app has a registry of its own, so that several can run in one process. */
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
    observeSockets: (read) => observeSockets(registry, read),
  };
}

export type SequencerMetrics = Exposition & {
  /** For the sequencer to count on. */
  meter: SequencingMeter;
  /** Has each scrape read the sequencer too. Called once. */
  observe(sequencing: ObservedSequencing): void;
};

/** Of an app that only gives positions. */
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

/** @param read brings the registry up to date. */
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
