import type { Config } from '../config.ts';
import { startEmbeddedPostgres } from '../embedded/postgres.ts';
import { CommandError } from './commandError.ts';

export type RunningDatabase = {
  url: string;
  /** Stops what was started for us; a server of somebody else's goes on. */
  stop(): Promise<void>;
};

/** The database the configuration names, or the embedded one, started. */
export async function databaseOf(
  { databaseUrl, dataDir }: Config,
  say: (line: string) => void,
): Promise<RunningDatabase> {
  if (databaseUrl) return { url: databaseUrl, stop: async () => {} };
  return await startEmbeddedPostgres({ dataDir, log: say }).catch((error: Error) => {
    throw new CommandError(`The embedded PostgreSQL did not start. ${error.message}`, { cause: error });
  });
}

/** Runs `work` with the database, and stops it again. */
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
