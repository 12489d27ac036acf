/**
 * The settings that our SQL and the drivers rely on. A database or a role may have others (`ALTER DATABASE … SET`). A
 * connection asks for these in its startup message, which wins over both.
 */
const SESSION_SETTINGS = {
  // Prisma sends timestamps without a zone and node-postgres parses ISO texts only.
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  // An act reads again what it has locked. In a stricter level it would read its old snapshot, or fail.
  default_transaction_isolation: 'read committed',
  // Raw SQL names its tables without their schema. A schema named after the role must not come first.
  search_path: 'public',
  // Compiling a statement takes longer than running it, and the planner takes a board's statements for expensive ones.
  jit: 'off',
};

const OPTIONS = Object.entries(SESSION_SETTINGS)
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
