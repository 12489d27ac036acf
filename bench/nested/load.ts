/** An organization with more of everything than a page shows. */
import type pg from 'pg';

const COUNTS = { agents: 25, sessions: 6, pullRequests: 4, checks: 6 };

export async function fillNested(client: pg.Client): Promise<void> {
  const run = (sql: string) => client.query(sql);
  const inOrganization = `FROM organization o WHERE o.slug = 'nested'`;
  await run(`INSERT INTO organization (slug, name) VALUES ('nested', 'Nested')`);
  await run(
    `INSERT INTO membership (organization_id, user_id, role) SELECT o.id, u.id, 'OWNER'
       FROM organization o, "user" u WHERE o.slug = 'nested'`,
  );
  await run(
    `INSERT INTO project (organization_id, slug, name) SELECT o.id, 'rocket', 'Rocket' ${inOrganization}`,
  );
  await run(
    `INSERT INTO agent (organization_id, name, role, status, hired_by_id)
     SELECT o.id, 'Agent ' || n, 'developer', 'RUNNING', (SELECT id FROM "user" LIMIT 1)
       FROM organization o, generate_series(1, ${COUNTS.agents}) n WHERE o.slug = 'nested'`,
  );
  await run(
    `INSERT INTO session (organization_id, project_id, agent_id, branch)
     SELECT a.organization_id, p.id, a.id, 'feature-' || n
       FROM agent a JOIN project p ON p.organization_id = a.organization_id, generate_series(1, ${COUNTS.sessions}) n`,
  );
  await run(
    `INSERT INTO pull_request
       (organization_id, session_id, host, repo_owner, repo_owner_key, repo_name, repo_name_key, number, url, title, ci_state)
     SELECT organization_id, id, 'github.com', 'acme', 'acme', 'rocket', 'rocket', number,
            'https://github.com/acme/rocket/pull/' || number, 'Restart the engine, ' || k, 'PASSING'
       FROM (
         SELECT s.*, k, row_number() OVER () AS number FROM session s, generate_series(1, ${COUNTS.pullRequests}) k
          WHERE s.agent_id IS NOT NULL
       ) s`,
  );
  await run(
    `INSERT INTO pull_request_check (organization_id, pull_request_id, name, commit_sha, status)
     SELECT organization_id, id, 'check ' || k, 'c0ffee', 'PASSED'
       FROM pull_request, generate_series(1, ${COUNTS.checks}) k`,
  );
  await run('VACUUM ANALYZE');
}
