import { MigrationError, migrate } from '../../migrations/migrations.ts';
import { type Check, counted, failure, ok } from '../check.ts';

/** The migrations of this version are applied, unchanged. */
export const migrationsCheck: Check = {
  name: 'migrations',
  needs: 'database',
  async examine({ databaseUrl }) {
    try {
      const { pending } = await migrate(databaseUrl, { dryRun: true, lockTimeoutMs: LOCK_TIMEOUT_MS });
      if (pending.length === 0) return ok('Every migration of this version is applied.', { pending });
      return failure(
        `The database lacks ${counted(pending.length, 'migration')}: ${pending.join(', ')}.`,
        'Apply them: muster migrate',
        { pending },
      );
    } catch (error) {
      if (!(error instanceof MigrationError)) throw error;
      return failure(error.message, 'Follow the message, then run muster doctor again.', {
        fault: error.fault,
      });
    }
  },
};

const LOCK_TIMEOUT_MS = 5_000;
