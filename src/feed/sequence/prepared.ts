/**
 * Statements that a connection plans once. PostgreSQL plans the statements of a simple query anew each time, which takes
 * longer than a small batch.
 */
import type pg from 'pg';

const preparedOn = new WeakMap<pg.ClientBase, Map<string, string>>();

/**
 * Prepares the statement, unless the connection has it already. A statement of the same name with another text is
 * replaced.
 *
 * @returns the SQL that executes it with these arguments, for a simple query.
 */
export async function prepare(
  client: pg.ClientBase,
  name: string,
  types: readonly string[],
  text: string,
): Promise<(values: readonly string[]) => string> {
  const prepared = preparedOn.get(client) ?? new Map<string, string>();
  preparedOn.set(client, prepared);
  if (prepared.get(name) !== text) {
    if (prepared.delete(name)) await client.query(`DEALLOCATE ${name}`);
    await client.query(`PREPARE ${name}${argumentsOf(types)} AS ${text}`);
    prepared.set(name, text);
  }
  return (values) => `EXECUTE ${name}${argumentsOf(values.map((value) => client.escapeLiteral(value)))}`;
}

const argumentsOf = (each: readonly string[]) => (each.length === 0 ? '' : ` (${each.join(', ')})`);
