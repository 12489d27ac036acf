/** Muster in the fan-out: `muster serve`, and changes of the database by another program. */
import pg from 'pg';
import { globalId } from '../../src/value/globalId.ts';
import { startServer } from '../../test/support/process.ts';
import { startDatabase } from '../support/database.ts';
import { now } from '../support/figures.ts';
import type { Way } from './way.ts';

/** The most events of one transaction. */
const PULL_REQUESTS = 20;

export type MusterWay = Way & {
  /** Changes as much where nobody subscribes. */
  publishUnheard(events: number): Promise<number>;
};

export async function startMuster(
  cleanUp: AsyncDisposableStack,
  name = 'Muster',
  env: Record<string, string> = {},
): Promise<MusterWay> {
  const database = cleanUp.use(await startDatabase(1));
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const heard = await addOrganization(client, 'heard');
  const unheard = await addOrganization(client, 'unheard');
  const server = await startServer({ DATABASE_URL: database.url, ...env });
  cleanUp.defer(async () => {
    await client.end();
    await server.stop();
  });
  const publishIn = (organizationId: string) => async (events: number) => {
    await client.query({ name: 'pass', text: PASS, values: [organizationId, events] });
    return now();
  };
  return {
    name,
    pid: server.process.pid ?? 0,
    url: `${server.url.replace('http', 'ws')}/graphql`,
    token: database.token,
    organizationId: globalId('Organization', heard),
    publish: publishIn(heard),
    publishUnheard: publishIn(unheard),
  };
}

/** Passes pull requests to the other session of their organization. */
const PASS = `
  UPDATE pull_request p SET session_id = s.id
    FROM session s
   WHERE p.organization_id = $1 AND p.number <= $2 AND s.organization_id = $1 AND s.id <> p.session_id`;

async function addOrganization(client: pg.Client, slug: string): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    'INSERT INTO organization (slug, name) VALUES ($1, $1) RETURNING id',
    [slug],
  );
  const id = rows[0]?.id ?? '';
  await client.query(
    `INSERT INTO membership (organization_id, user_id, role) SELECT $1, id, 'OWNER' FROM "user"`,
    [id],
  );
  await client.query(`INSERT INTO project (organization_id, slug, name) VALUES ($1, 'rocket', 'Rocket')`, [
    id,
  ]);
  await client.query(
    `INSERT INTO session (organization_id, project_id)
     SELECT organization_id, id FROM project, generate_series(1, 2) WHERE organization_id = $1`,
    [id],
  );
  await client.query(
    `INSERT INTO pull_request
       (organization_id, session_id, host, repo_owner, repo_name, repo_owner_key, repo_name_key, number, url, title)
     SELECT $1, (SELECT id FROM session WHERE organization_id = $1 LIMIT 1), 'github.com', 'acme', 'rocket', 'acme',
            'rocket', n, 'https://github.com/acme/rocket/pull/' || n, 'Teach the engine to restart'
       FROM generate_series(1, $2::int) n`,
    [id, PULL_REQUESTS],
  );
  return id;
}
