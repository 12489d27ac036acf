import pg from 'pg';
import type { Config } from '../config/config.ts';
import { withSessionSettings } from '../database/sessionSettings.ts';
import { startEmbeddedPostgres } from '../embedded/postgres.ts';
import { reason } from '../migrations/error.ts';
import { pendingMigrations } from '../migrations/migrations.ts';
import { CommandError } from './commandError.ts';
import { makeDataDir } from './dataDir.ts';

export type RunningDatabase = {
  url: string;
  /** Stops the embedded server, unless another process uses it. No-op for the server of DATABASE_URL. */
  stop(): Promise<void>;
};

/** The database of DATABASE_URL, or the embedded one, which is started. */
export async function databaseOf(config: Config, say: (line: string) => void): Promise<RunningDatabase> {
  const { databaseUrl, dataDir } = config;
  if (databaseUrl) return { url: databaseUrl, stop: async () => {} };
  await makeDataDir(config);
  return await startEmbeddedPostgres({ dataDir, log: say }).catch((error: Error) => {
    throw new CommandError(`The embedded PostgreSQL did not start. ${error.message}`, { cause: error });
  });
}

/** Runs `work` with the database, and stops it afterwards. */
export async function withDatabase<Result>(
  config: Config,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  const database = await databaseOf(config, console.error);
  try {
    return await work(database.url);
  } finally {
    await database.stop();
  }
}

/** The same for work that needs the tables. @throws CommandError when the database is unreachable or not migrated */
export async function withMigratedDatabase<Result>(
  config: Config,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  return await withDatabase(config, async (url) => {
    await assertMigrated(url);
    return await work(url);
  });
}

const CONNECT_TIMEOUT_MS = 10_000;

async function assertMigrated(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: withSessionSettings(url),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => {}); // A connection that breaks also fails the query in progress.
  await client.connect().catch((error) => {
    const place = `${client.database} at ${client.host}:${client.port}`;
    throw new CommandError(`Cannot connect to ${place}: ${reason(error)}`, { cause: error });
  });
  try {
    const { length } = await pendingMigrations(client);
    if (length > 0)
      throw new CommandError(`The database lacks ${length} migrations. Apply them first: muster migrate`);
  } finally {
    await client.end();
  }
}
