/** A new database for every test that needs one, on the PostgreSQL of the suite. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { migrate } from '../../src/migrations/migrations.ts';
import { HOSTILE_LOCALE, hostileSettings } from './hostileSettings.ts';

export type TestDatabase = {
  url: string;
  drop(): Promise<void>;
};

/** A clone of the migrated template, with hostile settings. `limits` adds limits that no server can live with. */
export async function createDatabase({ limits = false } = {}): Promise<TestDatabase> {
  return await create(`TEMPLATE ${inject('templateDatabase')}`, (name) => hostileSettings(name, { limits }));
}

/** An empty database with hostile settings, for tests of the migrations themselves. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return await create(`TEMPLATE template0 ${HOSTILE_LOCALE}`, (name) => hostileSettings(name));
}

/** A migrated database with the settings and the locale of its server. */
export async function createPlainDatabase(): Promise<TestDatabase> {
  const database = await create('TEMPLATE template0');
  await migrate(database.url);
  return database;
}

async function create(options: string, settings = (_name: string) => ''): Promise<TestDatabase> {
  const name = `muster_test_${randomBytes(6).toString('hex')}`;
  const url = new URL(inject('adminUrl'));
  url.pathname = `/${name}`;
  await asAdmin(`CREATE DATABASE ${name} ${options}`);
  // A clone has the locale of its template, but not its settings.
  await asAdmin(settings(name));
  return { url: url.href, drop: () => asAdmin(`DROP DATABASE ${name} WITH (FORCE)`) };
}

async function asAdmin(statements: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('adminUrl') });
  await client.connect();
  try {
    await client.query(statements);
  } finally {
    await client.end();
  }
}
