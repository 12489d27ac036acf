/**
 * The servers of the suite, started once: an embedded PostgreSQL with a migrated template database, and a Redis.
 * TEST_DATABASE_URL names another PostgreSQL (to test on an older version), REDIS_URL another Redis.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { migrate } from '../../src/migrations/migrations.ts';
import { HOSTILE_LOCALE, hostileSettings } from './hostileSettings.ts';
import { findRedis } from './redis.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The URL of a database on the server, for a role with all rights. */
    adminUrl: string;
    /** The migrated database that tests clone. */
    templateDatabase: string;
    /** Null without a Redis; then the tests that need one are skipped. */
    redisUrl: string | null;
  }
}

/** The databases are dropped after the run, so they need no durability. */
const FAST_SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
};

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  const redis = await findRedis();
  if (!redis && process.env.CI) {
    throw new Error(
      'No redis-server on PATH and no REDIS_URL: its tests would be skipped, and CI allows no skipping.',
    );
  }

  const templateDatabase = `muster_template_${process.pid}`;
  const admin = new pg.Client({ connectionString: postgres.adminUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${templateDatabase} TEMPLATE template0 ${HOSTILE_LOCALE}`);
  await admin.query(hostileSettings(templateDatabase));
  await migrate(withDatabase(postgres.adminUrl, templateDatabase));

  project.provide('adminUrl', postgres.adminUrl);
  project.provide('templateDatabase', templateDatabase);
  project.provide('redisUrl', redis?.url ?? null);

  return async () => {
    await admin.query(`DROP DATABASE ${templateDatabase} WITH (FORCE)`);
    await admin.end();
    await redis?.stop();
    await postgres.stop();
  };
}

async function startPostgres(): Promise<{ adminUrl: string; stop(): Promise<void> }> {
  const external = process.env.TEST_DATABASE_URL;
  if (external) return { adminUrl: external, stop: async () => {} };

  const dataDir = await mkdtemp(join(tmpdir(), 'muster-test-'));
  const server = await startEmbeddedPostgres({ dataDir, log: () => {}, settings: FAST_SETTINGS });
  return {
    adminUrl: server.url,
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
      // When root runs it, the cluster may be in a directory that the account of the server can reach.
      await rm(server.directory, { recursive: true, force: true });
    },
  };
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
