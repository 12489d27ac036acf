/** The composition root: everything a process serves, put together. The command line and the tests call the same. */

import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { type Database, openDatabase } from './db.ts';
import { createFeed, type Feed } from './feed/feed.ts';
import { demoPullRequests } from './github/demo.ts';
import { githubPullRequests } from './github/github.ts';
import { startHttpServer } from './http/server.ts';

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
};

const DRAIN_MS = 5_000;

export async function startApp(config: AppConfig, log: Logger): Promise<App> {
  // The feed needs the database, and hears of its commits.
  let feed: Feed | undefined;
  const db = openDatabase(config.databaseUrl, () => feed?.nudge());
  feed = createFeed({ database: db, redisUrl: config.redisUrl, log });
  try {
    await feed.ready();
    const services = { db, feed, pullRequestSource: pullRequestSource(config, log) };
    const http = await startHttpServer(services, { host: config.host, port: config.port, log });
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

export function pullRequestSource(
  { scm, github }: Pick<Config, 'scm' | 'github'>,
  log: Logger,
): PullRequestSource {
  return scm === 'demo'
    ? demoPullRequests()
    : githubPullRequests({ apiUrl: github.apiUrl, token: github.token, log });
}
