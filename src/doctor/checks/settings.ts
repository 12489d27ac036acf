import { type Check, ok, warning } from '../check.ts';

/** The server's settings keep data safe and tables small, and allow the connections that a process opens. */
export const settingsCheck: Check = {
  name: 'settings',
  needs: 'database',
  async examine({ pool }) {
    const { rows } = await pool.query<{ name: string; value: string }>(
      'SELECT name, setting AS value FROM pg_settings WHERE name = ANY ($1)',
      [SETTINGS.map(({ name }) => name)],
    );
    const figures = Object.fromEntries(rows.map(({ name, value }) => [name, value]));
    const bad = SETTINGS.filter(({ name, isGood }) => !isGood(figures[name] ?? ''));
    if (bad.length === 0) return ok('The settings of the server are safe.', figures);
    return warning(
      bad.map(({ name, hazard }) => `${name} is ${figures[name]}: ${hazard}.`).join(' '),
      `Correct ${bad.map(({ name }) => name).join(', ')} in postgresql.conf.`,
      figures,
    );
  },
};

/** A process of `muster serve` opens up to 35. */
const LEAST_CONNECTIONS = 50;

const isOn = (value: string) => value !== 'off';

const SETTINGS = [
  { name: 'fsync', isGood: isOn, hazard: 'a crash of the machine can damage the database' },
  { name: 'full_page_writes', isGood: isOn, hazard: 'a crash of the machine can damage the database' },
  { name: 'autovacuum', isGood: isOn, hazard: 'the tables grow without end' },
  {
    name: 'max_connections',
    isGood: (value: string) => Number(value) >= LEAST_CONNECTIONS,
    hazard: `one process of muster serve opens up to 35 connections, so ${LEAST_CONNECTIONS} are too few`,
  },
  {
    name: 'max_locks_per_transaction',
    isGood: (value: string) => Number(value) >= 64,
    hazard: 'a transaction locks every part of the feed that it reads, so the default of 64 is needed',
  },
] as const;
