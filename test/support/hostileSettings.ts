/**
 * Settings of the suite's databases. A database that is used in production may have any of them, so every test runs on a
 * database that has them all. A test that needs a plain database says so.
 */

/** `lower('I')` is a dotless `ı` here, and the order of texts is not that of their bytes. */
export const HOSTILE_LOCALE = `ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR'`;

const HOSTILE_SETTINGS: Record<string, string> = {
  // Far from UTC, and with summer time.
  TimeZone: `'America/New_York'`,
  DateStyle: `'SQL, DMY'`,
  IntervalStyle: `'sql_standard'`,
  bytea_output: `'escape'`,
  extra_float_digits: '-15',
  standard_conforming_strings: 'off',
  default_transaction_isolation: `'serializable'`,
  default_transaction_deferrable: 'on',
  search_path: 'elsewhere, public',
  plan_cache_mode: 'force_generic_plan',
};

/** Limits for people at a prompt, far below what a server needs. */
const HOSTILE_LIMITS: Record<string, string> = {
  statement_timeout: '100',
  lock_timeout: '1',
  idle_session_timeout: '100',
  idle_in_transaction_session_timeout: '100',
};

/** The statements that give a database the settings, and also the limits if wanted. */
export function hostileSettings(database: string, { limits = false } = {}): string {
  return Object.entries({ ...HOSTILE_SETTINGS, ...(limits && HOSTILE_LIMITS) })
    .map(([name, value]) => `ALTER DATABASE ${database} SET ${name} = ${value};`)
    .join('\n');
}
