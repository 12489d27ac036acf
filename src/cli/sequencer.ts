import { startSequencerApp } from '../app.ts';
import type { Config } from '../config/config.ts';
import { createLogger } from '../observe/log.ts';
import { databaseOf } from './databaseOf.ts';
import { stopSignal } from './stopSignal.ts';
import { untilStopped } from './untilStopped.ts';

const STATUS_LOG_MS = 60_000;

/** For production: sequences the feed and keeps its retention, or stands by while another process does. */
export async function sequencerCommand(config: Config, { port }: { port?: number }): Promise<void> {
  const stopped = stopSignal();
  const log = createLogger({ level: config.logLevel });
  const database = await databaseOf(config, (line) => log.info(line));
  try {
    stopped.throwIfAborted();
    const app = await startSequencerApp({ ...config, port, databaseUrl: database.url }, log);
    if (app.url) log.info({ url: app.url }, 'serving health and metrics');
    const logging = setInterval(() => log.info(app.status(), 'sequencer'), STATUS_LOG_MS);
    await untilStopped(stopped, app.close, log);
    clearInterval(logging);
  } finally {
    await database.stop();
  }
}
