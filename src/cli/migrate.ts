import type { Config } from '../config/config.ts';
import { migrate } from '../migrations/migrations.ts';
import { withDatabase } from './databaseOf.ts';

export async function migrateCommand(config: Config, dryRun = false): Promise<void> {
  const { applied, pending } = await withDatabase(config, (url) =>
    migrate(url, { dryRun, log: console.log }),
  );
  if (dryRun) console.log(pending.length > 0 ? `Pending:\n  ${pending.join('\n  ')}` : 'Nothing is pending.');
  else console.log(applied.length > 0 ? `Applied ${applied.length}.` : 'The database is up to date.');
}
