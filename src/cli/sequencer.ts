import { startSequencerApp } from '../app.ts';
import type { Config } from '../config.ts';
import { createLogger } from '../observe/log.ts';
import { databaseOf } from './databaseOf.ts';
import { untilStopped } from './untilStopped.ts';

const HEALTH_MS = 60_000;

/** For production: gives the feed its positions and keeps its retention, or stands by while another process does. */
export async function sequencerCommand(config: Config): Promise<void> {
  const log = createLogger({ level: config.logLevel });
  const database = await databaseOf(config, (line) => log.info(line));
  try {
    const app = startSequencerApp({ ...config, databaseUrl: database.url }, log);
    const telling = setInterval(() => log.info(app.status(), 'sequencer'), HEALTH_MS);
    await untilStopped(app.close, log);
    clearInterval(telling);
  } finally {
    await database.stop();
  }
}
