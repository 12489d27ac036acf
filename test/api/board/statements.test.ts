/** What a board costs: one statement for each type of thing, however many things there are, and no row that is not shown. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { graphql } from '../../graphql/gql.ts';
import type { SessionLane, SessionOrder } from '../../graphql/graphql.ts';
import { pullRequest, session, writeSessions } from '../../support/board.ts';
import { type Client, createClient } from '../../support/client.ts';
import { startProxy } from '../../support/proxy.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { startWork, type Work } from '../../support/work.ts';

/** As a dashboard would ask. */
const Board = graphql(`
  query Board($slug: String!, $first: Int!, $orderBy: SessionOrder!, $lane: SessionLane, $live: Boolean) {
    organization(slug: $slug) {
      feedCursor
      laneCounts {
        lane
        count
      }
      sessions(first: $first, orderBy: $orderBy, lane: $lane, live: $live) {
        nodes {
          id
          name
          displayName
          displayStatus
          scmStatus
          lane
          statusChangesAt
          activityLastAt
          viewerCanTerminate
          viewerCanRestore
          viewerCanClaimPR
          project {
            name
          }
          agent {
            name
            status
          }
          pullRequests(first: 10) {
            totalCount
            nodes {
              id
              number
              title
              url
              state
              ciState
              reviewDecision
              mergeability
              mergeabilityReasons
              failingChecks(first: 5) {
                totalCount
                nodes {
                  name
                  url
                }
              }
              unresolvedBy {
                reviewer
                count
                isBot
                reviewUrl
              }
              latestReviews(first: 10) {
                nodes {
                  author
                  state
                }
              }
            }
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

const SESSIONS = 150;
const PAGE = 50;

let work: Work;
let team: Team;
let proxy: Awaited<ReturnType<typeof startProxy>>;
let behind: Awaited<ReturnType<Work['app']['startAnother']>>;
let client: Client;
let statements: string[] = [];

beforeAll(async () => {
  work = await startWork();
  team = await work.createTeam();
  const agent = await team.hire();
  const facts = Array.from({ length: SESSIONS }, (_, n) =>
    session({
      hasAgent: n % 2 === 0,
      activityState: n % 5 === 0 ? 'ACTIVE' : 'IDLE',
      pullRequests: Array.from({ length: 1 + (n % 4) }, (_, index) =>
        pullRequest({
          sourceBranch: `feature-${index}`,
          ciState: index === 0 ? 'FAILING' : 'PASSING',
          mergeability: 'BLOCKED',
          threads: [{ isResolved: false, isBot: false }],
        }),
      ),
    }),
  );
  await writeSessions(work.psql, team, agent, facts);
  await work.psql(`UPDATE pull_request SET head_sha = 'abc' WHERE organization_id = $1`, [uuidOf(team.id)]);
  await work.psql(
    `INSERT INTO pull_request_check (organization_id, pull_request_id, name, commit_sha, status)
     SELECT organization_id, id, 'build', head_sha, 'FAILED' FROM pull_request WHERE organization_id = $1`,
    [uuidOf(team.id)],
  );
  await work.psql(
    `INSERT INTO pull_request_review (organization_id, pull_request_id, external_id, author, state, submitted_at)
     SELECT organization_id, id, 'review', 'ines', 'APPROVED', now() FROM pull_request WHERE organization_id = $1`,
    [uuidOf(team.id)],
  );
  proxy = await startProxy(work.app.app.db.url);
  const databaseUrl = new URL(work.app.app.db.url);
  databaseUrl.host = new URL(proxy.url).host;
  behind = await work.app.startAnother({ databaseUrl: databaseUrl.href });
  client = createClient(behind.url, team.owner.token);
  proxy.onRequest((bytes) => {
    statements.push(
      ...bytes
        .toString('latin1')
        .split('\0')
        .filter((part) => part.startsWith('SELECT ')),
    );
  });
});
afterAll(async () => {
  await client.close();
  await behind.close();
  await work.close();
  await proxy[Symbol.asyncDispose]();
});

async function read(variables: {
  orderBy: SessionOrder;
  lane?: SessionLane;
  live?: boolean;
  first?: number;
}) {
  statements = [];
  const { organization } = await client.query(Board, { slug: team.slug, first: PAGE, ...variables });
  if (!organization) throw new Error('The owner does not see the organization.');
  return organization;
}

/** How often each table or view was read from. */
function reads(): Record<string, number> {
  const tables = statements.map((each) => /FROM "public"\."(\w+)"/.exec(each)?.[1] ?? '');
  return Object.fromEntries(
    [...Map.groupBy(tables, (table) => table)].map(([table, all]) => [table, all.length]),
  );
}

const ONE_EACH = {
  organization: 1,
  session: 1,
  project: 1,
  agent: 1,
  pull_request: 1,
  failing_check: 1,
  unresolved_reviewer: 1,
  latest_review: 1,
};

it.each<[SessionOrder, { lane?: SessionLane; live?: boolean }]>([
  ['CREATED_AT', {}],
  ['CREATED_AT', { live: true }],
  ['CREATED_AT', { lane: 'NEEDS_YOU' }],
  ['UPDATED_AT', {}],
  ['ACTIVITY', { live: true }],
  ['STATUS', {}],
  ['STATUS', { lane: 'WORKING' }],
])('a page by %s of %j takes one statement a noun, and one for the lanes', async (orderBy, filter) => {
  const { sessions, laneCounts } = await read({ orderBy, ...filter });
  const pullRequests = sessions.nodes.flatMap((node) => node.pullRequests.nodes);
  // There is something to read of everything.
  expect(sessions.nodes.length).toBeGreaterThan(20);
  expect(pullRequests.length).toBeGreaterThan(sessions.nodes.length);
  expect(pullRequests.filter(({ failingChecks }) => failingChecks.nodes.length > 0).length).toBeGreaterThan(
    20,
  );
  for (const pr of pullRequests) {
    expect(pr.unresolvedBy).toMatchObject([{ count: 1 }]);
    expect(pr.latestReviews.nodes).toMatchObject([{ author: 'ines' }]);
  }
  expect(laneCounts.reduce((sum, { count }) => sum + count, 0)).toBe(SESSIONS);
  expect(reads()).toEqual({ ...ONE_EACH, session_status: 1 + 1 });
});

it.each<SessionOrder>(['CREATED_AT', 'UPDATED_AT', 'ACTIVITY', 'STATUS'])(
  'a page by %s is cut by the database',
  async (orderBy) => {
    await read({ orderBy, first: 5 });
    const paging = statements.filter((each) => /FROM "public"\."session(_status)?" .*ORDER BY/s.test(each));
    expect(paging).toEqual([expect.stringMatching(/ ORDER BY .* LIMIT \$/s)]);
  },
);

it('a sensible board is within the limits of what one operation may ask for', async () => {
  expect((await read({ orderBy: 'STATUS', first: 100 })).sessions.nodes.length).toBe(100);
});
