/** A PostgreSQL for one benchmark, as durable as in production, with an organization. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { migrate } from '../../src/migrations/migrations.ts';
import { globalId } from '../../src/value/globalId.ts';
import { createPersonIn } from '../../test/support/person.ts';

export type BenchDatabase = AsyncDisposable & {
  url: string;
  /** The token of the organization's owner. */
  token: string;
  /** Global id. */
  organizationId: string;
  /** UUIDs of sessions whose branch is a counter. */
  sessions: string[];
};

export async function startDatabase(sessions: number): Promise<BenchDatabase> {
  const server = await startServer();
  await migrate(server.url);
  const { token } = await createPersonIn(server.url);
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const ids = async (sql: string, values: unknown[]): Promise<string[]> =>
    (await client.query(sql, values)).rows.map(({ id }) => id);

  const [organizationId = ''] = await ids(
    `INSERT INTO organization (slug, name) VALUES ('bench', 'Bench') RETURNING id`,
    [],
  );
  await client.query(
    `INSERT INTO membership (organization_id, user_id, role) SELECT $1, id, 'OWNER' FROM "user"`,
    [organizationId],
  );
  const [projectId] = await ids(
    `INSERT INTO project (organization_id, slug, name) VALUES ($1, 'rocket', 'Rocket') RETURNING id`,
    [organizationId],
  );
  const made = await ids(
    `INSERT INTO session (organization_id, project_id, branch)
     SELECT $1, $2, '0' FROM generate_series(1, $3::int) RETURNING id`,
    [organizationId, projectId, sessions],
  );
  await client.end();

  return {
    url: server.url,
    token,
    organizationId: globalId('Organization', organizationId),
    sessions: made,
    [Symbol.asyncDispose]: server.stop,
  };
}

/** The embedded one, or a database of its own on another that the environment names. */
async function startServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const other = process.env.BENCH_POSTGRES_URL;
  if (other) {
    const admin = async (statement: string) => {
      const client = new pg.Client({ connectionString: other });
      await client.connect();
      await client.query(statement);
      await client.end();
    };
    await admin('CREATE DATABASE muster_bench');
    const url = new URL(other);
    url.pathname = '/muster_bench';
    return { url: url.href, stop: () => admin('DROP DATABASE muster_bench WITH (FORCE)') };
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'muster-bench-'));
  const server = await startEmbeddedPostgres({ dataDir, log: () => {} });
  return {
    url: server.url,
    async stop() {
      await server.stop();
      await rm(server.directory, { recursive: true, force: true });
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
