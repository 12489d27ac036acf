import pg from 'pg';
import { MigrationError, reason } from './error.ts';
import type { Migration } from './folder.ts';

/**
 * Runs a script and its bookkeeping in one transaction. The script goes out in one piece: splitting it at semicolons
 * would cut the bodies of functions.
 */
export async function runScript(
  client: pg.Client,
  { name, script }: Migration,
  bookkeeping: string,
  values: unknown[],
): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query(script);
    if (client.getTransactionStatus() !== 'T') {
      const message = `Migration ${name} ends its transaction, so that a part of it may remain. COMMIT and ROLLBACK do not belong there.`;
      throw new MigrationError('SCRIPT', [name], message);
    }
    await client.query(bookkeeping, values);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    if (error instanceof MigrationError) throw error;
    throw new MigrationError('SCRIPT', [name], describeFailure(name, script, error), error);
  }
}

function describeFailure(name: string, script: string, error: unknown): string {
  const { code, position, detail, hint, where }: Partial<pg.DatabaseError> =
    error instanceof pg.DatabaseError ? error : {};
  // PostgreSQL counts characters from 1, JavaScript's strings count UTF-16 units.
  const before = position === undefined ? undefined : [...script].slice(0, Number(position) - 1).join('');
  const line = before?.split('\n').length;
  return [
    `Migration ${name} failed ${line === undefined ? 'in' : `at line ${line} of`} migration.sql: ${reason(error)}${code === undefined ? '' : ` (SQLSTATE ${code})`}`,
    line === undefined ? undefined : `  line ${line}: ${script.split('\n')[line - 1]?.trim()}`,
    detail && `  detail: ${detail}`,
    hint && `  hint: ${hint}`,
    where && `  where: ${where}`,
    'It was rolled back: nothing of it remains, unless it ends its transaction by itself.',
  ]
    .filter((part) => part)
    .join('\n');
}
