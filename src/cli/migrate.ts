import type { Config } from '../config.ts';
import { migrate, revert } from '../migrations.ts';
import { CommandError } from './commandError.ts';
import { withDatabase } from './databaseOf.ts';

export async function migrateCommand(config: Config, dryRun = false): Promise<void> {
  const { applied, pending } = await withDatabase(config, (url) =>
    migrate(url, { dryRun, log: console.log }),
  );
  if (dryRun) console.log(pending.length > 0 ? `Pending:\n  ${pending.join('\n  ')}` : 'Nothing is pending.');
  else console.log(applied.length > 0 ? `Applied ${applied.length}.` : 'The database is up to date.');
}

export async function revertCommand(config: Config, wanted: string): Promise<void> {
  if (wanted !== 'all' && !/^[1-9]\d*$/.test(wanted)) {
    throw new CommandError('--revert takes a positive number, or "all".');
  }
  const steps = wanted === 'all' ? wanted : Number(wanted);
  const { reverted } = await withDatabase(config, (url) => revert(url, { steps, log: console.log }));
  console.log(`Reverted ${reverted.length}.`);
}
