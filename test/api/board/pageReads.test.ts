/** A page of a board's list reads by indexes what it has, however long the list is: the first, the next and the last page. */
import { rowsReadBy, rowsReadForAnyValues } from '../../support/plan.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import { countStatements } from '../../support/statements.ts';
import type { CreateTeam, Team } from '../../support/team.ts';
import { describe, expect, test } from '../../support/test.ts';

/** The sessions of each project that wait for a person, that work, and that have ended with an open pull request. */
const OF_EACH = 500;

const TABLES = ['session', 'session_standing', 'pull_request', 'abandoned_pull_request'];

/** PAGE stands for `first`, `last` and `after`, PROJECT for the id of the project. */
const LISTS = {
  Organization: [
    'needsMe(PAGE)',
    'needsMe(mine: true, PAGE)',
    'needsMe(projectId: PROJECT, PAGE)',
    'orphanedPullRequests(PAGE)',
    'orphanedPullRequests(projectId: PROJECT, PAGE)',
    'sessions(PAGE)',
    'sessions(projectId: PROJECT, PAGE)',
    'sessions(lane: WORKING, PAGE)',
    'sessions(lane: WORKING, live: true, PAGE)',
    'sessions(lane: WORKING, projectId: PROJECT, PAGE)',
    'sessions(orderBy: STATUS, PAGE)',
    'sessions(orderBy: STATUS, projectId: PROJECT, PAGE)',
    'sessions(orderBy: STATUS, live: true, PAGE)',
    'sessions(orderBy: STATUS, live: false, PAGE)',
    'sessions(orderBy: STATUS, lane: WORKING, PAGE)',
    'sessions(orderBy: STATUS, displayStatuses: [IDLE], PAGE)',
    'sessions(orderBy: STATUS, displayStatuses: [IDLE, WORKING], PAGE)',
    'sessions(orderBy: WAITING, lane: NEEDS_YOU, PAGE)',
    'sessions(orderBy: WAITING, lane: WORKING, PAGE)',
    'sessions(orderBy: WAITING, lane: WORKING, projectId: PROJECT, PAGE)',
  ],
  Project: [
    'sessions(PAGE)',
    'sessions(lane: WORKING, PAGE)',
    'sessions(orderBy: STATUS, PAGE)',
    'sessions(orderBy: STATUS, live: true, PAGE)',
    'sessions(orderBy: STATUS, lane: WORKING, PAGE)',
    'sessions(orderBy: STATUS, displayStatuses: [IDLE], PAGE)',
    'sessions(orderBy: WAITING, lane: NEEDS_YOU, PAGE)',
    'sessions(orderBy: WAITING, lane: WORKING, PAGE)',
  ],
};

type Page = { nodes: unknown[]; pageInfo: { endCursor: string } };

const it = test.extend('full', { scope: 'file' }, ({ createTeam, psql }) => createFullTeam(createTeam, psql));

/** A team whose project is one of two that are equally full. The pull requests of the other one are released. */
async function createFullTeam(createTeam: CreateTeam, psql: Psql): Promise<Team> {
  const team = await createTeam();
  const organization = uuidOf(team.id);
  const other = uuidOf((await team.register({ slug: 'other' })).id);
  await psql(
    `INSERT INTO session (
       organization_id, project_id, activity_state, is_terminated, spawned_by_kind, spawned_by_id, created_at
     )
     SELECT m.organization_id, p.id, state::activity_state, state = 'EXITED', 'USER', m.user_id,
            now() - n * interval '1 min' - (p.id = $2)::int * interval '1 s'
       FROM membership m
       JOIN project p ON p.organization_id = m.organization_id,
            generate_series(1, $3::int) n,
            unnest(ARRAY['WAITING_INPUT', 'IDLE', 'EXITED']) state
      WHERE m.organization_id = $1`,
    [organization, other, OF_EACH],
  );
  await psql(
    `INSERT INTO pull_request (
       organization_id, session_id, host, repo_owner, repo_owner_key, repo_name, repo_name_key, number, url
     )
     SELECT s.organization_id, s.id, 'github.com', 'acme', 'acme', p.slug, p.slug, s.num, ''
       FROM session s JOIN project p ON p.id = s.project_id WHERE s.organization_id = $1 AND s.is_terminated`,
    [organization],
  );
  await psql('UPDATE pull_request SET session_id = NULL WHERE project_id = $1', [other]);
  await psql('UPDATE session_standing SET lane_since = created_at WHERE organization_id = $1', [
    organization,
  ]);
  await psql(`ANALYZE ${TABLES.join(', ')}`);
  return team;
}

async function read(team: Team, parent: string, list: string): Promise<Page> {
  const id = parent === 'Project' ? team.project.id : team.id;
  const page = list.replace('PROJECT', JSON.stringify(team.project.id));
  const response = await team.owner.raw({
    query: `{ node(id: "${id}") { ... on ${parent} { page: ${page} { nodes { __typename } pageInfo { endCursor } } } } }`,
  });
  const { data, errors } = await response.json();
  expect(errors).toBeUndefined();
  return data.node.page;
}

const lists = Object.entries(LISTS).flatMap(([parent, calls]) =>
  calls.map((call) => [parent, call] as const),
);

describe.each(lists)('a page of %s.%s reads its rows', (parent, list) => {
  it.for(['first: 10', 'first: 10, after', 'last: 10'])(
    '%s',
    async (page, { full: team, psql, database }) => {
      const of = (paging: string) => list.replace('PAGE', paging);
      const { pageInfo } = await read(team, parent, of('first: 100'));
      const query = of(page.replace('after', `after: "${pageInfo.endCursor}"`));
      // A statement has a name only when its text is known.
      await read(team, parent, query);
      const counter = countStatements(database.url);
      const { nodes } = await read(team, parent, query);
      counter.stop();
      expect(nodes.length).toBe(10);
      const statements = counter.statements();
      const rows = await rowsReadBy(psql, statements, ...TABLES);
      expect(rows).toBeGreaterThanOrEqual(10);
      expect(rows).toBeLessThan(100);
      const named = statements.filter(({ name }) => name);
      expect(await rowsReadForAnyValues(psql, named, ...TABLES)).toBeLessThan(100);
    },
  );
});
