import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { type App, startApp } from '../app.ts';
import { createAuthentication } from '../auth/authenticate.ts';
import type { Config } from '../config/config.ts';
import { openDatabase } from '../database/db.ts';
import { migrate } from '../migrations/migrations.ts';
import { createLogger } from '../observe/log.ts';
import { surviveAbandonedExecutions } from './abandonedExecution.ts';
import { databaseOf } from './databaseOf.ts';
import { makeDataDir } from './dataDir.ts';
import { seedDatabase } from './seed.ts';
import { stopSignal } from './stopSignal.ts';
import { untilStopped } from './untilStopped.ts';

/** For a laptop: does everything in one process, and prints what to try first. */
export async function startCommand(config: Config): Promise<void> {
  const stopped = stopSignal();
  const say = (line: string) => console.log(line);
  await makeDataDir(config);
  const logFile = join(config.dataDir, 'muster.log');
  // The terminal shows a few lines for people. The log goes to a file.
  const log = createLogger({
    level: config.logLevel,
    destination: pino.destination({ dest: logFile, sync: true }),
  });
  surviveAbandonedExecutions(log);

  say(config.databaseUrl ? 'Using the database of DATABASE_URL.' : 'Starting PostgreSQL …');
  const database = await databaseOf(config, say);
  try {
    stopped.throwIfAborted();
    const { applied } = await migrate(database.url);
    if (applied.length > 0) say(`Applied ${applied.length} migrations.`);
    stopped.throwIfAborted();
    const token = await ownerToken(config, database.url);
    stopped.throwIfAborted();
    const app = await startApp({ ...config, databaseUrl: database.url }, log);
    const stop = () => {
      say('\nStopping …');
      return app.close();
    };
    await Promise.race([app.ready(), once(stopped, 'abort')]);
    if (!stopped.aborted) say(welcome(app, token, logFile));
    await untilStopped(stopped, stop, log);
  } finally {
    await database.stop();
  }
}

/** The demo owner's token, if a known one is good. */
async function ownerToken(config: Config, url: string): Promise<string | undefined> {
  const file = join(config.dataDir, 'owner-token');
  const made = await seedDatabase(config, url, (token) => writeFile(file, `${token}\n`, { mode: 0o600 }));
  if (made) return made;
  const kept = (await readFile(file, 'utf8').catch(() => '')).trim();
  const db = openDatabase(url);
  const authenticate = createAuthentication(db.tokenPool);
  try {
    // Either may be a token of another database.
    for (const token of [kept, config.bootstrapToken]) {
      if (token && (await authenticate(`Bearer ${token}`))) return token;
    }
    return undefined;
  } finally {
    await db.close();
  }
}

function welcome({ url }: App, token: string | undefined, logFile: string): string {
  return `
  Muster is running.

    Playground   ${url}/graphql${token ? `#token=${encodeURIComponent(token)}` : ''}
    Owner token  ${token ?? 'none that is good for this database. Make one: npm run muster -- token create --email <yours>'}
    Log          ${logFile}

  Four things to try, in the tabs of the playground (its link carries the token):

    1. Look      who you are, and what a team of agents is doing this afternoon
    2. Claim     claim pull request 42 for one session
    3. TakeOver  take it over with another
    4. Listen    hear of it: a subscription that resumes where the page was opened

  Ctrl-C stops everything; the next start goes on where this one ended.
`;
}
