import type { Logger } from 'pino';
import { type App, startApp } from '../app.ts';
import type { Config } from '../config/config.ts';
import { pendingMigrations } from '../migrations/migrations.ts';
import { createLogger } from '../observe/log.ts';
import { surviveAbandonedExecutions } from './abandonedExecution.ts';
import { databaseOf } from './databaseOf.ts';
import { stopSignal } from './stopSignal.ts';
import { untilStopped } from './untilStopped.ts';

/** For production: serves the API. It is not ready until the migrations of its version are applied. */
export async function serveCommand(
  config: Config,
  { sequencer: sequence, jobs }: { sequencer: boolean; jobs: boolean },
): Promise<void> {
  const stopped = stopSignal();
  const log = createLogger({ level: config.logLevel });
  surviveAbandonedExecutions(log);
  const database = await databaseOf(config, (line) => log.info(line));
  try {
    stopped.throwIfAborted();
    const app = await startApp({ ...config, databaseUrl: database.url, sequence, jobs }, log);
    log.info({ url: app.url }, 'listening');
    app.ready().then(
      () => log.info({ url: app.url }, 'serving'),
      () => {}, // It stopped before.
    );
    await warnOfMissingMigrations(app, log);
    await untilStopped(stopped, app.close, log);
  } finally {
    await database.stop();
  }
}

/** The server waits for them, so an operator should know. A database that is away is reported by the feed. */
async function warnOfMissingMigrations({ db }: App, log: Logger): Promise<void> {
  const pending = await pendingMigrations(db.checkPool).catch(() => []);
  if (pending.length > 0) log.warn({ pending }, 'the database lacks migrations: run "muster migrate"');
}
