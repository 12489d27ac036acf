/** The whole server on its own database, with clients. */
import { inject } from 'vitest';
import { type App, type AppConfig, startApp, type Tuning } from '../../src/app.ts';
import { createLogger } from '../../src/observe/log.ts';
import { type Client, createClient } from './client.ts';
import { createDatabase } from './database.ts';
import { grantScope } from './operator.ts';
import { createPerson, type Person } from './person.ts';
import { WAIT_LIMIT_MS } from './waitLimit.ts';

export type { Tuning };

export type TestConfig = Partial<AppConfig> & { redis?: boolean; tuning?: Tuning };

export type TestApp = {
  app: App;
  url: string;
  /** Creates a user with a token that is valid in all organizations of that user. */
  signUp(name?: string): Promise<Person>;
  /** Grants repositories to an organization, as the operator does. Default: all of every host. */
  grant(organizationId: string, scope?: string): Promise<void>;
  /** A client with another token, or without one. */
  client(token?: string): Client;
  /** Starts another server on the same database, in this process. */
  startAnother(config?: TestConfig): Promise<TestApp>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

export type { Person };

/**
 * Starts the app. On a slow machine acts wait longer for their turn than they may in production. It reads the demo fixture unless `github` names a server, and uses Redis only with `redis`.
 */
export async function startTestApp(config: TestConfig = {}): Promise<TestApp> {
  if (config.databaseUrl) return await start(config.databaseUrl, config, async () => {});
  const database = await createDatabase();
  return await start(database.url, config, database.drop);
}

async function start(
  databaseUrl: string,
  { redis, tuning, ...config }: TestConfig,
  afterwards: () => Promise<void>,
): Promise<TestApp> {
  const app = await startApp(
    {
      databaseUrl,
      host: '127.0.0.1',
      port: 0,
      scm: config.github ? 'github' : 'demo',
      github: { apiUrl: 'https://api.github.invalid' },
      // Both ways to execute events keep the same promises.
      sharedEvents: process.env.TEST_SHARED_EVENTS !== 'off',
      redisUrl: redis ? (inject('redisUrl') ?? undefined) : undefined,
      ...config,
    },
    createLogger({ level: 'silent' }),
    {
      ...tuning,
      database: { waitMs: WAIT_LIMIT_MS, ...tuning?.database },
      live: { operationWaitMs: WAIT_LIMIT_MS, ...tuning?.live },
    },
  );
  await app.ready();
  const clients: Client[] = [];
  const client = (token?: string): Client => {
    const made = createClient(app.url, token);
    clients.push(made);
    return made;
  };
  async function close(): Promise<void> {
    await Promise.all(clients.map((each) => each.close()));
    await app.close();
    await afterwards();
  }
  return {
    app,
    url: app.url,
    client,
    async signUp(name) {
      const account = await createPerson(app.db, name);
      return { ...client(account.token), ...account };
    },
    grant: (organizationId, scope) => grantScope(app.db, organizationId, scope),
    startAnother: (other = {}) =>
      start(databaseUrl, { redis, tuning, ...config, ...other, port: 0 }, async () => {}),
    close,
    [Symbol.asyncDispose]: close,
  };
}
