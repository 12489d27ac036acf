import { startSequencerApp } from '../app.ts';
import type { Config } from '../config.ts';
import { createLogger } from '../observe/log.ts';
import { databaseOf } from './databaseOf.ts';
import { untilStopped } from './untilStopped.ts';

const HEALTH_MS = 60_000;

/** For production: gives the feed its positions and keeps its retention, or stands by while another process does. */
export async function sequencerCommand(config: Config, { port }: { port?: number }): Promise<void> {
  const log = createLogger({ level: config.logLevel });
  const database = await databaseOf(config, (line) => log.info(line));
  try {
    const app = await startSequencerApp({ ...config, port, databaseUrl: database.url }, log);
    if (app.url) log.info({ url: app.url }, 'answering those who watch');
    const telling = setInterval(() => log.info(app.status(), 'sequencer'), HEALTH_MS);
    await untilStopped(app.close, log);
    clearInterval(telling);
  } finally {
    await database.stop();
  }
}
