/** Organizations to write to and subscribe to, in a database that may restart. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { globalId } from '../../../src/value/globalId.ts';
import { RAISE } from '../feed.ts';
import { createPersonIn } from '../person.ts';

export type Organization = {
  /** UUID. */
  id: string;
  globalId: string;
  slug: string;
  projectId: string;
  /** Sessions that all writers update. */
  hot: string[];
};

export type Place = {
  databaseUrl: string;
  /** The token of a user who owns every organization. */
  token: string;
  pool: pg.Pool;
  organizations: Organization[];
  /** Inserts a pull request that no session holds, so that no counter of a session is touched. @returns its UUID. */
  pullRequest(organization: Organization): Promise<string>;
  /** Inserts sessions whose branch is a counter, at 0. @returns their UUIDs. */
  sessions(organization: Organization, count: number): Promise<string[]>;
  raise(sessionIds: readonly string[]): Promise<void>;
  close(): Promise<void>;
};

/** Few enough for writers to wait for each other, many enough for them to progress. */
const HOT_ROWS = 24;

export async function createPlace(databaseUrl: string, organizations = 2): Promise<Place> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4, application_name: 'fault test' });
  // A test may end this pool's connections.
  pool.on('error', () => {});
  const { token } = await createPersonIn(databaseUrl);
  const one = async (sql: string, values: unknown[]) => (await pool.query(sql, values)).rows[0].id as string;

  async function sessions({ id, projectId }: Pick<Organization, 'id' | 'projectId'>, count: number) {
    const { rows } = await pool.query(
      `INSERT INTO session (organization_id, project_id, branch)
       SELECT $1, $2, '0' FROM generate_series(1, $3::int) RETURNING id`,
      [id, projectId, count],
    );
    // All writers lock in one order. Otherwise they would deadlock.
    return rows.map((row) => row.id as string).sort();
  }

  async function organization(): Promise<Organization> {
    const slug = `o-${randomBytes(6).toString('hex')}`;
    const id = await one('INSERT INTO organization (slug, name) VALUES ($1, $1) RETURNING id', [slug]);
    await pool.query(
      `INSERT INTO membership (organization_id, user_id, role) SELECT $1, id, 'OWNER' FROM "user"`,
      [id],
    );
    const projectId = await one(
      `INSERT INTO project (organization_id, slug, name) VALUES ($1, 'rocket', 'Rocket') RETURNING id`,
      [id],
    );
    const hot = await sessions({ id, projectId }, HOT_ROWS);
    return { id, globalId: globalId('Organization', id), slug, projectId, hot };
  }

  return {
    databaseUrl,
    token,
    pool,
    organizations: await Promise.all(Array.from({ length: organizations }, organization)),
    sessions,
    pullRequest: async ({ id, slug, projectId }) =>
      await one(
        `INSERT INTO pull_request (organization_id, project_id, host, repo_owner, repo_owner_key, repo_name,
                                   repo_name_key, number, url)
         VALUES ($1, $2, 'github.com', $3, $3, 'rocket', 'rocket', 1, 'https://github.com/acme/rocket/pull/1')
         RETURNING id`,
        [id, projectId, slug],
      ),
    async raise(ids) {
      await pool.query(RAISE, [ids]);
    },
    close: () => pool.end(),
  };
}
