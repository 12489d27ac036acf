/** A new database for every test that needs one, on the PostgreSQL of the suite. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { HOSTILE_LOCALE, hostileSettings } from './hostileSettings.ts';

export type TestDatabase = {
  url: string;
  drop(): Promise<void>;
};

/** A clone of the migrated template. */
export async function createDatabase(): Promise<TestDatabase> {
  return await create(`TEMPLATE ${inject('templateDatabase')}`);
}

/** An empty database, for tests of the migrations themselves. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return await create(`TEMPLATE template0 ${HOSTILE_LOCALE}`);
}

async function create(options: string): Promise<TestDatabase> {
  const name = `muster_test_${randomBytes(6).toString('hex')}`;
  const url = new URL(inject('adminUrl'));
  url.pathname = `/${name}`;
  await asAdmin(`CREATE DATABASE ${name} ${options}`);
  // A clone has the locale of its template, and not its settings.
  await asAdmin(hostileSettings(name));
  return { url: url.href, drop: () => asAdmin(`DROP DATABASE ${name} WITH (FORCE)`) };
}

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('adminUrl') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
