import { startApp } from '../app.ts';
import type { Config } from '../config.ts';
import { createLogger } from '../observe/log.ts';
import { databaseOf } from './databaseOf.ts';
import { untilStopped } from './untilStopped.ts';

/** For production: serves the API. It is not ready until the migrations of its version are applied. */
export async function serveCommand(
  config: Config,
  { sequencer: sequence, jobs }: { sequencer: boolean; jobs: boolean },
): Promise<void> {
  const log = createLogger({ level: config.logLevel });
  const database = await databaseOf(config, (line) => log.info(line));
  try {
    const app = await startApp({ ...config, databaseUrl: database.url, sequence, jobs }, log);
    log.info({ url: app.url }, 'serving');
    await untilStopped(app.close, log);
  } finally {
    await database.stop();
  }
}
