export type MigrationFault =
  /** No connection to the database. */
  | 'UNREACHABLE'
  /** Another process held the lock for too long. */
  | 'LOCKED'
  /** The schema contains tables and no migration history, so the tables probably belong to another program. */
  | 'NOT_EMPTY'
  /** The database stores texts in another encoding than UTF8. */
  | 'ENCODING'
  /** A file of the folder cannot be read. */
  | 'UNREADABLE'
  /** Prisma recorded a failed migration that is not resolved. */
  | 'FAILED'
  /** A file is not the one that was applied. */
  | 'CHANGED'
  /** An applied migration is not in the folder. */
  | 'MISSING'
  /** The SQL of a migration failed; all of it was rolled back. */
  | 'SCRIPT';

/** Why migrating stopped. `migrations` names those at fault. */
export class MigrationError extends Error {
  readonly fault: MigrationFault;
  readonly migrations: readonly string[];

  constructor(fault: MigrationFault, migrations: readonly string[], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'MigrationError';
    this.fault = fault;
    this.migrations = migrations;
  }
}

/** What an error says, also when it is one of several. */
export function reason(error: unknown): string {
  // What Node.js throws when a name has several addresses and none answers has itself no message.
  if (error instanceof AggregateError) return error.errors.map(reason).join('; ');
  return error instanceof Error ? error.message : String(error);
}
