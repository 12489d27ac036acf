/** The cost of a board: a few statements, however many rows there are, and no row beyond the page. */

import { graphql } from '../../graphql/gql.ts';
import type { SessionDisplayStatus, SessionLane, SessionOrder } from '../../graphql/graphql.ts';
import { expectKeptStandings, pullRequest, session, writeSessions } from '../../support/board.ts';
import type { TestDatabase } from '../../support/database.ts';
import { uuidOf } from '../../support/psql.ts';
import { countStatements, tableOf } from '../../support/statements.ts';
import type { Team } from '../../support/team.ts';
import { expect, it } from '../../support/test.ts';

/** A query as a dashboard would send it. */
const Board = graphql(`
  query Board($slug: String!, $first: Int!, $orderBy: SessionOrder!, $lane: SessionLane, $live: Boolean, $displayStatuses: [SessionDisplayStatus!]) {
    organization(slug: $slug) {
      feedCursor
      laneCounts {
        lane
        count
      }
      sessions(first: $first, orderBy: $orderBy, lane: $lane, live: $live, displayStatuses: $displayStatuses) {
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

/** Of the last `read`. */
let statements: string[] = [];

it.afterEach(({ psql }) => expectKeptStandings(psql));

it.beforeAll(async ({ sharedTeam: team, psql }) => {
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
  await writeSessions(psql, team, agent, facts);
  await psql(`UPDATE pull_request SET head_sha = 'abc' WHERE organization_id = $1`, [uuidOf(team.id)]);
  await psql(
    `INSERT INTO pull_request_check (organization_id, pull_request_id, name, commit_sha, status)
     SELECT organization_id, id, 'build', head_sha, 'FAILED' FROM pull_request WHERE organization_id = $1`,
    [uuidOf(team.id)],
  );
  await psql(
    `INSERT INTO pull_request_review (organization_id, pull_request_id, external_id, author, state, submitted_at)
     SELECT organization_id, id, 'review', 'ines', 'APPROVED', now() FROM pull_request WHERE organization_id = $1`,
    [uuidOf(team.id)],
  );
});

async function read(
  team: Team,
  database: TestDatabase,
  variables: {
    orderBy: SessionOrder;
    lane?: SessionLane;
    live?: boolean;
    displayStatuses?: SessionDisplayStatus[];
    first?: number;
  },
) {
  const counted = countStatements(database.url);
  const { organization } = await team.owner.query(Board, { slug: team.slug, first: PAGE, ...variables });
  counted.stop();
  statements = counted.statements().map(({ text }) => text);
  if (!organization) throw new Error('The owner does not see the organization.');
  return organization;
}

/** The number of statements, by the table or view whose rows they return. */
function reads(): Record<string, number> {
  const tables = statements.flatMap((each) => tableOf(each) ?? []);
  return Object.fromEntries(
    [...Map.groupBy(tables, (table) => table)].map(([table, all]) => [table, all.length]),
  );
}

it.for<[SessionOrder, { lane?: SessionLane; live?: boolean; displayStatuses?: SessionDisplayStatus[] }]>([
  ['CREATED_AT', {}],
  ['CREATED_AT', { live: true }],
  ['CREATED_AT', { lane: 'NEEDS_YOU' }],
  ['CREATED_AT', { displayStatuses: ['CI_FAILED', 'NO_SIGNAL'] }],
  ['UPDATED_AT', {}],
  ['ACTIVITY', { live: true }],
  ['STATUS', {}],
  ['STATUS', { lane: 'WORKING' }],
])(
  'a page of sessions by %s filtered by %j is read by one statement, and the counts of the lanes by another, however many rows there are',
  async ([orderBy, filter], { sharedTeam: team, database }) => {
    const { sessions, laneCounts } = await read(team, database, { orderBy, ...filter });
    const pullRequests = sessions.nodes.flatMap((node) => node.pullRequests.nodes);
    // The page has rows of every table.
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
    // The page with its rows, and the counts of the lanes.
    expect(reads()).toEqual({ organization: 1, session_standing: 1 });
  },
);

it.for<SessionOrder>(['CREATED_AT', 'UPDATED_AT', 'ACTIVITY', 'STATUS'])(
  'a page of sessions by %s is limited by the database',
  async (orderBy, { sharedTeam: team, database }) => {
    await read(team, database, { orderBy, first: 5 });
    const paging = statements.filter((each) => /"session" .* ORDER BY/s.test(each));
    expect(paging.length).toBeGreaterThan(0);
    for (const each of paging) expect(each).toMatch(/ ORDER BY .* LIMIT [\d$]/s);
  },
);

it('a board of 100 sessions is within the complexity limit of an operation', async ({
  sharedTeam: team,
  database,
}) => {
  expect((await read(team, database, { orderBy: 'STATUS', first: 100 })).sessions.nodes.length).toBe(100);
});
