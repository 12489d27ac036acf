/** A page of what waits for a person reads by indexes what it has, however long the list is. */
import { rowsReadBy } from '../../support/plan.ts';
import { uuidOf } from '../../support/psql.ts';
import { countStatements } from '../../support/statements.ts';
import { expect, test } from '../../support/test.ts';

const WAITING = 1_000;
const ORPHANED = 1_000;

const it = test.extend('full', { scope: 'file' }, async ({ createTeam, psql }) => {
  const team = await createTeam();
  const ids = [uuidOf(team.id), uuidOf(team.project.id)];
  await psql(
    `INSERT INTO session (organization_id, project_id, activity_state, is_terminated, spawned_by_kind, spawned_by_id)
     SELECT $1, $2, (CASE WHEN ended THEN 'EXITED' ELSE 'WAITING_INPUT' END)::activity_state, ended, 'USER', m.user_id
       FROM membership m, generate_series(1, $3::int) n, LATERAL (SELECT n > $4::int AS ended) state
      WHERE m.organization_id = $1`,
    [...ids, WAITING + ORPHANED, WAITING],
  );
  await psql(
    `INSERT INTO pull_request (organization_id, session_id, host, repo_owner, repo_owner_key, repo_name, repo_name_key, number, url)
     SELECT s.organization_id, s.id, 'github.com', 'acme', 'acme', 'rocket', 'rocket', s.num, ''
       FROM session s WHERE s.organization_id = $1 AND s.is_terminated`,
    [ids[0]],
  );
  await psql('ANALYZE session, session_standing, pull_request, abandoned_pull_request, agent');
  return team;
});

it.for([
  'needsMe(first: 10) { nodes { reason since } }',
  'needsMe(first: 10, mine: true) { nodes { reason since } }',
  'needsMe(first: 10, projectId: $projectId) { nodes { reason since } }',
])('%s', async (list, { full: team, psql, database }) => {
  const variables = { slug: team.slug, projectId: team.project.id };
  const use = list.includes('$projectId') ? '$slug: String!, $projectId: ID' : '$slug: String!';
  const counter = countStatements(database.url);
  const response = await team.owner.raw({
    query: `query(${use}) { organization(slug: $slug) { ${list} } }`,
    variables,
  });
  counter.stop();
  expect((await response.json()).errors).toBeUndefined();
  const tables = ['session', 'session_standing', 'pull_request', 'abandoned_pull_request'];
  const read = await rowsReadBy(psql, counter.statements(), ...tables);
  expect(read).toBeGreaterThanOrEqual(10);
  expect(read).toBeLessThan(100);
});
