/** The measured acts: each has an object of its own for every time that it is done. */
import pg from 'pg';
import { globalId } from '../../src/value/globalId.ts';
import type { BenchDatabase } from '../support/database.ts';

export type Act = { name: string; bodies: string[] };

/** How many sessions report in turn. */
const REPORTING = 200;

/** @param count how often each act can be done */
export async function prepareActs(database: BenchDatabase, count: number): Promise<Act[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const ids = async (sql: string): Promise<string[]> => (await client.query(sql)).rows.map(({ id }) => id);
  await client.query(`UPDATE project SET repo_url = 'https://github.com/acme/rocket'`);
  await client.query(
    `INSERT INTO repository_grant (organization_id, scope) SELECT id, '*' FROM organization`,
  );
  const [projectId = ''] = await ids('SELECT id FROM project');
  const claiming = await ids(
    `INSERT INTO session (organization_id, project_id, workspace_path)
     SELECT organization_id, id, '/work/' || n FROM project, generate_series(1, ${count}) n RETURNING id`,
  );
  const agents = await ids(
    `INSERT INTO agent (organization_id, name, role, status, hired_by_id)
     SELECT o.id, 'Agent ' || n, 'developer', 'RUNNING', u.id
       FROM organization o, "user" u, generate_series(1, ${count}) n RETURNING id`,
  );
  await client.query(
    `INSERT INTO session (organization_id, project_id, agent_id)
     SELECT a.organization_id, p.id, a.id FROM agent a JOIN project p USING (organization_id)`,
  );
  await client.query(
    `INSERT INTO watched_repo (organization_id, agent_id, user_id, repo_owner, repo_name, repo_owner_key, repo_name_key)
     SELECT organization_id, id, hired_by_id, 'acme', 'repo-' || n, 'acme', 'repo-' || n
       FROM (SELECT *, row_number() OVER () AS n FROM agent) a`,
  );
  await client.query('VACUUM ANALYZE');
  await client.end();

  return [
    act(
      'claimPR',
      'pullRequest { id }',
      claiming.map((id, n) => ({ sessionId: globalId('Session', id), pr: `${n + 1}` })),
    ),
    act(
      'spawnSession',
      'session { id }',
      Array.from({ length: count }, () => ({ projectId: globalId('Project', projectId) })),
    ),
    act(
      'reportActivity',
      'session { id activityState }',
      Array.from({ length: count }, (_, n) => ({
        sessionId: globalId('Session', database.sessions[n % REPORTING] ?? ''),
        state: Math.floor(n / REPORTING) % 2 === 0 ? 'ACTIVE' : 'IDLE',
      })),
    ),
    act(
      'offboardAgent',
      'agent { id }',
      agents.map((id) => ({ agentId: globalId('Agent', id) })),
    ),
  ];
}

function act(name: string, selection: string, inputs: object[]): Act {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const query = /* GraphQL */ `mutation ($input: ${type}Input!) {
    ${name}(input: $input) { __typename ... on ${type}Payload { cursor ${selection} } }
  }`;
  return { name, bodies: inputs.map((input) => JSON.stringify({ query, variables: { input } })) };
}
