/** A connection to the database as another program would have it. */
import pg from 'pg';
import { parseGlobalId } from '../../src/value/globalId.ts';

export type Psql = AsyncDisposable & {
  /** Runs one statement and returns its rows. */
  <Row extends object>(statement: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
};

export async function openPsql(url: string): Promise<Psql> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const run = async (statement: string, values: unknown[] = []) =>
    (await client.query(statement, values)).rows;
  const close = () => client.end();
  return Object.assign(run as Psql, { close, [Symbol.asyncDispose]: close });
}

/** `written`, or the constraint or the reason that refuses the statement. */
export async function outcome(psql: Psql, statement: string, values: unknown[] = []): Promise<string> {
  return await psql(statement, values).then(
    () => 'written',
    ({ constraint, message }) => constraint ?? message,
  );
}

/** The UUID within a global id. */
export function uuidOf(globalId: string): string {
  const parsed = parseGlobalId(globalId);
  if (!parsed) throw new Error(`${globalId} is no global id.`);
  return parsed.uuid;
}
