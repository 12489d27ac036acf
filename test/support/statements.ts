import pg from 'pg';
import { currentOperation } from '../../src/operation.ts';

/**
 * Counts the statements that this process sends for operations of clients, from now on. Authentication, the feed and jobs
 * do not count.
 */
export function countStatements(databaseUrl: string): { count(): number; stop(): void } {
  const database = new URL(databaseUrl).pathname.slice(1);
  const original = pg.Client.prototype.query;
  let count = 0;
  function counted(this: pg.Client & { connectionParameters?: Record<string, unknown> }, ...args: unknown[]) {
    const { application_name, database: name } = this.connectionParameters ?? {};
    if (application_name === 'muster' && name === database && currentOperation()) count += 1;
    return Reflect.apply(original, this, args);
  }
  pg.Client.prototype.query = counted as typeof original;
  return {
    count: () => count,
    stop() {
      pg.Client.prototype.query = original;
    },
  };
}
