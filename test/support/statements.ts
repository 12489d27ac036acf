import pg from 'pg';
import { currentOperation } from '../../src/load/operation.ts';

/** Without a name, a statement is planned for its values. */
export type Statement = { name?: string; text: string; values: unknown[] };

/**
 * Records the statements that this process sends for operations of clients, from now on. Those that authenticate count
 * apart, and so do those of the feed; jobs do not count.
 */
export function countStatements(databaseUrl: string): {
  count(): number;
  /** The number of statements that authenticated. */
  authentications(): number;
  /** The number of statements that read the feed. Some are sent by the clock. */
  feedReads(): number;
  statements(): Statement[];
  stop(): void;
} {
  const database = new URL(databaseUrl).pathname.slice(1);
  const original = pg.Client.prototype.query;
  const sent: Statement[] = [];
  let authentications = 0;
  let feedReads = 0;
  function counted(this: pg.Client & { connectionParameters?: Record<string, unknown> }, ...args: unknown[]) {
    const { application_name, database: name } = this.connectionParameters ?? {};
    if (name === database) {
      if (application_name === 'muster' && currentOperation()) sent.push(statementOf(args));
      if (application_name === 'muster tokens') authentications += 1;
      if (application_name === 'muster feed') feedReads += 1;
    }
    return Reflect.apply(original, this, args);
  }
  pg.Client.prototype.query = counted as typeof original;
  return {
    count: () => sent.length,
    authentications: () => authentications,
    feedReads: () => feedReads,
    statements: () => sent,
    stop() {
      pg.Client.prototype.query = original;
    },
  };
}

function statementOf([query]: unknown[]): Statement {
  if (typeof query === 'string') return { text: query, values: [] };
  const { name, text, values = [] } = query as pg.QueryConfig;
  return { name, text, values };
}

/** The table or view whose rows a statement returns. Undefined for one that reads none. */
export function tableOf(text: string): string | undefined {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/[()]|\bFROM\b/g)) {
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    // A page is a subquery that follows at once.
    else if (depth === 0) return /\bFROM (?:"public"\.)?"(\w+)"/.exec(text.slice(index))?.[1];
  }
  return undefined;
}
