import pg from 'pg';

/**
 * Counts the statements that this process sends for requests, from now on. Whatever reads the feed or works on jobs has
 * pools of its own and does not count.
 */
export function countStatements(databaseUrl: string): { count(): number; stop(): void } {
  const database = new URL(databaseUrl).pathname.slice(1);
  const original = pg.Client.prototype.query;
  let count = 0;
  function counted(this: pg.Client & { connectionParameters?: Record<string, unknown> }, ...args: unknown[]) {
    const { application_name, database: name } = this.connectionParameters ?? {};
    if (application_name === 'muster' && name === database) count += 1;
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
