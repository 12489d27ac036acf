/** The composition root. The command line and the tests call the same functions. */

import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import { DEFAULT_QUOTAS, type Quotas } from './config/quotas.ts';
import {
  type CommitListener,
  type Database,
  type DatabaseLimits,
  openCheckPool,
  openDatabase,
} from './database/db.ts';
import { createFeed, type Feed } from './feed/feed.ts';
import { startPublisher } from './feed/publisher.ts';
import { createBacklogMonitor } from './feed/sequence/backlog.ts';
import { demoPullRequests } from './github/demo.ts';
import { githubPullRequests } from './github/github.ts';
import type { ConnectionLimits } from './http/live/connectionLimits.ts';
import { databaseCheck, sequencerCheck } from './http/ops/health.ts';
import { startOpsServer } from './http/ops/opsServer.ts';
import { startHttpServer } from './http/server.ts';
import { createBoss } from './jobs/boss.ts';
import { readJobFigures } from './jobs/figures.ts';
import { createJobQueue } from './jobs/jobQueue.ts';
import { startWorkers, type Workers, type WorkersOptions } from './jobs/worker.ts';
import { RUNNING_LIMITS } from './load/operation.ts';
import { createMetrics, createSequencerMetrics } from './observe/metrics.ts';
import { type ExecLimits, execRuntime } from './runtime/exec.ts';
import { noRuntime } from './runtime/none.ts';
import type { PullRequestSource } from './services/port/pullRequestSource.ts';
import type { Runtime } from './services/port/runtime.ts';

export type App = {
  url: string;
  db: Database;
  feed: Feed;
  /** Resolves when the database has answered for the first time. Until then, operations are answered with 503. */
  ready(): Promise<void>;
  /** Stops in the order that loses nothing: clients first, the database last. */
  close(): Promise<void>;
};

export type AppConfig = Pick<Config, 'host' | 'port' | 'redisUrl' | 'scm' | 'github'> & {
  databaseUrl: string;
  /** Absent: the feed is kept for ever. */
  feedRetention?: Config['feedRetention'];
  /** Whether this process may sequence the feed. Default true. */
  sequence?: boolean;
  /** Whether the process runs jobs. Default: true. */
  jobs?: boolean;
  /** Runs the containers of agents. Default: none. */
  runtime?: Config['runtime'];
  /** Where imports read `directory` sources from. Default: nowhere. */
  orgTemplatesDir?: Config['orgTemplatesDir'];
  /** Default: DEFAULT_QUOTAS. */
  quotas?: Partial<Quotas>;
  /** Names of the environment variables that the runtime provides. Default: none. */
  availableEnv?: Config['availableEnv'];
  /** Which execution workspaces the sweeper closes. Default: the defaults of the configuration. */
  sweep?: Config['sweep'];
  /** Default: `RUNNING_LIMITS`. */
  runningLimits?: Partial<Config['runningLimits']>;
  /** Whether subscribers who receive the same share the execution of their events. Default: true. */
  sharedEvents?: Config['sharedEvents'];
};

/** Other limits than the defaults, for tests and benchmarks. */
export type Tuning = {
  live?: Partial<ConnectionLimits>;
  database?: Partial<DatabaseLimits>;
  everySeconds?: WorkersOptions['everySeconds'];
  runtime?: Partial<ExecLimits>;
};

const DRAIN_MS = 5_000;
const DEFAULT_SWEEP: Config['sweep'] = { idleDays: 7, graceMinutes: 10 };

/** Listens at once, also while the database is away or not migrated yet. */
export async function startApp(config: AppConfig, log: Logger, tuning: Tuning = {}): Promise<App> {
  // The feed and the workers need the database, and it notifies them of commits.
  let feed: Feed | undefined;
  let workers: Workers | undefined;
  const onCommit: CommitListener = (tx) => {
    feed?.nudge();
    for (const queue of jobs.enqueuedBy(tx)) workers?.nudge(queue);
  };
  const db = openDatabase(config.databaseUrl, onCommit, tuning.database);
  const boss = createBoss(db, log);
  const jobs = createJobQueue(boss);
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
  metrics.observeJobs(() => readJobFigures(db.checkPool));
  let url: string | undefined;
  const runtime = runtimeOf(config, () => url, tuning.runtime);
  const source = pullRequestSource(config, log);
  metrics.observeHostBudget(source.budget);
  try {
    const services = {
      db,
      feed,
      pullRequestSource: source,
      jobs,
      runtime,
      quotas: { ...DEFAULT_QUOTAS, ...config.quotas },
      orgImport: {
        templatesDir: config.orgTemplatesDir ?? null,
        availableEnv: config.availableEnv ?? [],
        log,
      },
      log,
    };
    const http = await startHttpServer(services, {
      host: config.host,
      port: config.port,
      metrics,
      log,
      limits: { ...RUNNING_LIMITS, ...config.runningLimits },
      sharedEvents: config.sharedEvents ?? true,
      tuning: tuning.live,
    });
    url = http.url;
    if (config.jobs ?? true) {
      const { everySeconds } = tuning;
      const { sweep = DEFAULT_SWEEP } = config;
      workers = startWorkers({
        boss,
        db,
        jobs,
        runtime,
        pullRequestSource: source,
        sweep,
        log,
        everySeconds,
      });
    }
    return {
      url,
      db,
      feed,
      ready: feed.ready,
      async close() {
        await Promise.all([http.close(DRAIN_MS), workers?.stop(DRAIN_MS)]);
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
  /** The URL of its health and metrics; undefined without a port. */
  url: string | undefined;
  /** From this process's memory. */
  status(): {
    isLeading: boolean;
    /** The last position it gave while it led. */
    head: number;
    /** How many changes it gave positions to. */
    sequenced: number;
  };
  close(): Promise<void>;
};

export type SequencerAppConfig = Pick<AppConfig, 'databaseUrl' | 'redisUrl' | 'feedRetention' | 'host'> & {
  /** The port of health and metrics. Absent: not served. */
  port?: number;
};

/** Only the sequencer, leading or standing by. */
export async function startSequencerApp(
  { databaseUrl, redisUrl, feedRetention, host, port }: SequencerAppConfig,
  log: Logger,
): Promise<SequencerApp> {
  let sequenced = 0;
  const metrics = createSequencerMetrics();
  const publisher = startPublisher({
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
  const { bus, isLeading } = publisher;
  const checkPool = openCheckPool(databaseUrl);
  const backlog = createBacklogMonitor(checkPool);
  metrics.observe({
    status: () => ({
      isSequencing: isLeading(),
      // The in-process bus has no subscribers here.
      isBusDelivering: redisUrl !== undefined && bus.isDelivering(),
    }),
    backlog: backlog.backlog,
  });
  const checks = [databaseCheck(checkPool, log), sequencerCheck(publisher, backlog)];

  async function close(): Promise<void> {
    await publisher.stop();
    await bus.close();
    await checkPool.end();
  }
  try {
    const opsServer =
      port === undefined ? undefined : await startOpsServer({ host, port, metrics, checks, log });
    return {
      url: opsServer?.url,
      status: () => ({ isLeading: isLeading(), head: publisher.head(), sequenced }),
      async close() {
        await opsServer?.close();
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
  return scm === 'demo' ? demoPullRequests() : githubPullRequests({ ...github, log });
}

/** A server that listens on every address does not know by which one the containers reach it. */
const EVERYWHERE = ['0.0.0.0', '::'];

function runtimeOf(
  { runtime, host }: Pick<AppConfig, 'runtime' | 'host'>,
  url: () => string | undefined,
  limits?: Partial<ExecLimits>,
): Runtime {
  if (runtime?.kind !== 'exec') return noRuntime();
  const { program, environment } = runtime;
  return execRuntime({ program, environment, url: EVERYWHERE.includes(host) ? undefined : url, limits });
}
