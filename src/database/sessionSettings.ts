import type pg from 'pg';

/**
 * The settings that our SQL and the drivers rely on. A database or a role may have others (`ALTER DATABASE … SET`). A
 * connection asks for these in its startup message, which wins over both. Each value is spelled as PostgreSQL shows it.
 */
const SESSION_SETTINGS = {
  // Prisma sends timestamps without a zone and node-postgres parses ISO texts only.
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  // With less, a floating-point number loses digits on its way to the server.
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  // An act reads again what it has locked. In a stricter level it would read its old snapshot, or fail.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  // Raw SQL names its tables without their schema. A schema named after the role must not come first.
  search_path: 'public',
  // Compiling a statement takes longer than running it, and the planner takes a board's statements for expensive ones.
  jit: 'off',
  // One plan for all values of a prepared statement would read a large board without its partial indexes.
  plan_cache_mode: 'auto',
};

/**
 * The limits of a connection that sets none of its own. A limit that is meant for people at a prompt would end a
 * migration, the sequencer, or a pool's idle connection.
 */
const SESSION_LIMITS = {
  statement_timeout: '0',
  lock_timeout: '0',
  idle_session_timeout: '0',
  // Longer than a server ever pauses within a transaction. A process that hangs in one must not keep its locks.
  idle_in_transaction_session_timeout: '1min',
};

const OPTIONS = Object.entries({ ...SESSION_SETTINGS, ...SESSION_LIMITS })
  .map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`)
  .join(' ');

/**
 * The URL of a database, with the session settings as its `options`. Every connection of ours uses it. Options that are
 * in the URL already are kept; for a setting that is in both, ours wins, because PostgreSQL takes the last one.
 */
export function withSessionSettings(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  const options = [url.searchParams.get('options'), OPTIONS].filter(Boolean).join(' ');
  url.searchParams.set('options', options);
  return url.href;
}

/**
 * The settings that a connection does not have although it asked for them, each with the value that it has. A pooler
 * between the server and PostgreSQL may drop the startup message's options and say nothing.
 */
export async function lostSettings(client: Pick<pg.Pool, 'query'>): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; value: string }>(
    `SELECT name, current_setting(name) AS value FROM unnest($1::text[], $2::text[]) AS asked (name, value)
      WHERE current_setting(name) IS DISTINCT FROM asked.value`,
    [Object.keys(SESSION_SETTINGS), Object.values(SESSION_SETTINGS)],
  );
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}
