import { seed } from '../../prisma/seed.ts';
import { pullRequestSource } from '../app.ts';
import type { Config } from '../config/config.ts';
import { openDatabase } from '../database/db.ts';
import { createLogger } from '../observe/log.ts';
import { withMigratedDatabase } from './databaseOf.ts';

export async function seedCommand(config: Config): Promise<void> {
  const token = await withMigratedDatabase(config, (url) => seedDatabase(config, url));
  console.log(
    token ? `The token of owner@demo.example: ${token}` : 'The database is not empty: nothing was done.',
  );
}

/** Returns the owner's token. Undefined when the database was not empty. */
export async function seedDatabase(
  config: Config,
  url: string,
  keepToken?: (token: string) => Promise<void>,
): Promise<string | undefined> {
  const db = openDatabase(url);
  try {
    return await seed(db, {
      ownerToken: config.bootstrapToken,
      pullRequestSource: pullRequestSource(config, createLogger({ level: 'warn' })),
      hasDemoPullRequests: config.scm === 'demo',
      keepToken,
    });
  } finally {
    await db.close();
  }
}
