/** The composition root: everything a process serves, put together. The command line and the tests call the same. */

import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { type Database, openDatabase } from './db.ts';
import { startAnnouncer } from './feed/announcer.ts';
import { createFeed, type Feed } from './feed/feed.ts';
import { NO_METER } from './feed/meter.ts';
import { demoPullRequests } from './github/demo.ts';
import { githubPullRequests } from './github/github.ts';
import type { LiveLimits } from './http/live/limits.ts';
import { startHttpServer } from './http/server.ts';
import { createMetrics } from './observe/metrics.ts';
import { noRuntime } from './runtime/none.ts';

import type { JobQueue } from './services/job.ts';
import type { PullRequestSource } from './services/pullRequestFacts.ts';

export type App = {
  url: string;
  db: Database;
  feed: Feed;
  /** Stops serving, in the order that loses nothing: clients first, the database last. */
  close(): Promise<void>;
};

export type AppConfig = Pick<Config, 'host' | 'port' | 'redisUrl' | 'scm' | 'github'> & {
  databaseUrl: string;
  /** Absent: the feed is kept for ever. */
  feedRetention?: Config['feedRetention'];
  /** Whether this process may give positions. Default true. */
  sequence?: boolean;
};

const DRAIN_MS = 5_000;

const unexpected = async (): Promise<never> => {
  throw new Error('No runtime is configured.');
};
const NO_JOBS: JobQueue = { enqueue: unexpected };

/** @param tuning for tests and measurements. */
export async function startApp(
  config: AppConfig,
  log: Logger,
  tuning: { live?: Partial<LiveLimits> } = {},
): Promise<App> {
  // The feed needs the database, and hears of its commits.
  let feed: Feed | undefined;
  const db = openDatabase(config.databaseUrl, () => feed?.nudge());
  const metrics = createMetrics();
  feed = createFeed({
    database: db,
    redisUrl: config.redisUrl,
    sequence: config.sequence,
    retention: config.feedRetention,
    meter: metrics.feedMeter,
    log,
  });
  metrics.observeFeed(feed);
  try {
    await feed.ready();
    const services = {
      db,
      feed,
      pullRequestSource: pullRequestSource(config, log),
      jobs: NO_JOBS,
      runtime: noRuntime(),
      log,
    };
    const http = await startHttpServer(services, {
      host: config.host,
      port: config.port,
      metrics,
      log,
      tuning: tuning.live,
    });
    return {
      url: http.url,
      db,
      feed,
      async close() {
        await http.close(DRAIN_MS);
        await feed.close();
        await db.close();
      },
    };
  } catch (error) {
    await feed.close();
    await db.close();
    throw error;
  }
}

export type SequencerApp = {
  /** What this process knows without asking anybody. */
  status(): {
    isLeading: boolean;
    /** The position given last, of when it led. */
    head: number;
    /** Changes that it gave positions to. */
    sequenced: number;
  };
  close(): Promise<void>;
};

/** The part of the app that gives positions, or stands by to, without the part that serves. */
export function startSequencerApp(
  { databaseUrl, redisUrl, feedRetention }: Pick<AppConfig, 'databaseUrl' | 'redisUrl' | 'feedRetention'>,
  log: Logger,
): SequencerApp {
  let sequenced = 0;
  const announcer = startAnnouncer({
    url: databaseUrl,
    redisUrl,
    retention: feedRetention,
    meter: {
      ...NO_METER,
      sequenced(changes) {
        sequenced += changes;
      },
    },
    log,
  });
  return {
    status: () => ({ isLeading: announcer.isLeading(), head: announcer.head(), sequenced }),
    async close() {
      await announcer.stop();
      await announcer.bus.close();
    },
  };
}

export function pullRequestSource(
  { scm, github }: Pick<Config, 'scm' | 'github'>,
  log: Logger,
): PullRequestSource {
  return scm === 'demo'
    ? demoPullRequests()
    : githubPullRequests({ apiUrl: github.apiUrl, token: github.token, log });
}
