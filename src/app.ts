/** The composition root: everything a process serves, put together. The command line and the tests call the same. */

import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { type Database, openDatabase, openWatchPool } from './db.ts';
import { startAnnouncer } from './feed/announcer.ts';
import { watchBacklog } from './feed/backlog.ts';
import { createFeed, type Feed } from './feed/feed.ts';
import { demoPullRequests } from './github/demo.ts';
import { githubPullRequests } from './github/github.ts';
import { databaseCheck, sequencerCheck } from './http/health.ts';
import type { LiveLimits } from './http/live/limits.ts';
import { startHttpServer } from './http/server.ts';
import { startWatchServer } from './http/watchServer.ts';
import { createMetrics, createSequencerMetrics } from './observe/metrics.ts';

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
    const services = { db, feed, pullRequestSource: pullRequestSource(config, log) };
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
  /** Where those who watch over it may ask; undefined when nobody may. */
  url: string | undefined;
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

export type SequencerAppConfig = Pick<AppConfig, 'databaseUrl' | 'redisUrl' | 'feedRetention' | 'host'> & {
  /** Where those who watch over it may ask. Absent: nowhere. */
  port?: number;
};

/** The part of the app that gives positions, or stands by to, without the part that serves. */
export async function startSequencerApp(
  { databaseUrl, redisUrl, feedRetention, host, port }: SequencerAppConfig,
  log: Logger,
): Promise<SequencerApp> {
  let sequenced = 0;
  const metrics = createSequencerMetrics();
  const announcer = startAnnouncer({
    url: databaseUrl,
    redisUrl,
    retention: feedRetention,
    meter: {
      sequenced(changes, lagMs) {
        sequenced += changes;
        metrics.meter.sequenced(changes, lagMs);
      },
    },
    log,
  });
  const { bus, isLeading } = announcer;
  const watchPool = openWatchPool(databaseUrl);
  const backlog = watchBacklog(watchPool);
  metrics.observe({
    status: () => ({
      isSequencing: isLeading(),
      // Within this process there is nobody to hear of it.
      isBusDelivering: redisUrl !== undefined && bus.isDelivering(),
    }),
    backlog: backlog.backlog,
  });
  const checks = [databaseCheck(watchPool, log), sequencerCheck(announcer, backlog)];

  async function close(): Promise<void> {
    await announcer.stop();
    await bus.close();
    await watchPool.end();
  }
  try {
    const watching = port === undefined ? undefined : await startWatchServer({ host, port, metrics, checks });
    return {
      url: watching?.url,
      status: () => ({ isLeading: isLeading(), head: announcer.head(), sequenced }),
      async close() {
        await watching?.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

export function pullRequestSource(
  { scm, github }: Pick<Config, 'scm' | 'github'>,
  log: Logger,
): PullRequestSource {
  return scm === 'demo'
    ? demoPullRequests()
    : githubPullRequests({ apiUrl: github.apiUrl, token: github.token, log });
}
