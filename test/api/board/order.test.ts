/** The orders of Organization.sessions, paginated forwards and backwards. */

import { graphql } from '../../graphql/gql.ts';
import type { SessionDisplayStatus, SessionLane, SessionOrder } from '../../graphql/graphql.ts';
import {
  expectKeptStandings,
  pullRequest,
  type SessionFacts,
  session,
  writeSessions,
} from '../../support/board.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { CreateTeam, Team } from '../../support/team.ts';
import { describe, expect, test } from '../../support/test.ts';

const Ordered = graphql(`
  query Ordered(
    $slug: String!
    $orderBy: SessionOrder!
    $lane: SessionLane
    $displayStatuses: [SessionDisplayStatus!]
    $live: Boolean
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    organization(slug: $slug) {
      sessions(
        orderBy: $orderBy
        lane: $lane
        displayStatuses: $displayStatuses
        live: $live
        first: $first
        after: $after
        last: $last
        before: $before
      ) {
        totalCount
        edges {
          cursor
        }
        nodes {
          id
          displayStatus
          scmStatus
          lane
          createdAt
          updatedAt
          activityLastAt
          laneSince
        }
        pageInfo {
          hasNextPage
          hasPreviousPage
          startCursor
          endCursor
        }
      }
    }
  }
`);

const ORDERS: SessionOrder[] = ['CREATED_AT', 'UPDATED_AT', 'ACTIVITY', 'STATUS', 'WAITING'];
const URGENCY = [
  'NEEDS_INPUT',
  'EXITED',
  'CI_FAILED',
  'MERGEABLE',
  'MERGED',
  'REVIEW_PENDING',
  'DRAFT',
  'IDLE',
  'WORKING',
];

const FACTS: Partial<SessionFacts>[] = [
  { activityState: 'ACTIVE' },
  {},
  { pullRequests: [pullRequest({ state: 'DRAFT' })] },
  { pullRequests: [pullRequest({ reviewDecision: 'REVIEW_REQUIRED' })] },
  { pullRequests: [pullRequest({ state: 'MERGED' })] },
  { pullRequests: [pullRequest({ mergeability: 'MERGEABLE' })] },
  { pullRequests: [pullRequest({ ciState: 'FAILING' })] },
  { activityState: 'EXITED' },
  { activityState: 'BLOCKED' },
  { isTerminated: true, pullRequests: [pullRequest({ state: 'MERGED' })] },
  { isTerminated: true },
];
const COUNT = 3 * FACTS.length;

const it = test.extend('board', { scope: 'file' }, ({ psql, createTeam }) => createBoard(psql, createTeam));

it.afterEach(({ psql }) => expectKeptStandings(psql));

/** A team with three sessions of each status, with shuffled times, some of them equal. */
async function createBoard(psql: Psql, createTeam: CreateTeam): Promise<Team> {
  const made = await createTeam();
  const facts = [0, 1, 2].flatMap(() => FACTS.map(session));
  await writeSessions(psql, made, null, facts);
  // The trigger sets updated_at to the time of the transaction: it is off while the test sets its own times.
  await psql('SET session_replication_role = replica');
  await psql(
    `UPDATE session SET created_at = now() - (num * 7 % 20) * interval '1 h',
            updated_at = now() - (num * 11 % 20) * interval '1 min',
            activity_last_at = now() - (num * 13 % 20) * interval '1 min'
      WHERE organization_id = $1`,
    [uuidOf(made.id)],
  );
  await psql('SET session_replication_role = origin');
  await psql(
    `UPDATE session_standing SET lane_since = lane_since - (s.num * 17 % 20) * interval '1 min'
       FROM session s WHERE s.id = session_id AND s.organization_id = $1`,
    [uuidOf(made.id)],
  );
  return made;
}

type Paging = {
  first?: number;
  after?: string | null;
  last?: number;
  before?: string | null;
  lane?: SessionLane;
  displayStatuses?: SessionDisplayStatus[];
  live?: boolean;
};

async function read(team: Team, orderBy: SessionOrder, paging: Paging, of = team) {
  const { organization } = await of.owner.query(Ordered, { slug: of.slug, orderBy, ...paging });
  if (!organization) throw new Error('The owner does not see the organization.');
  return organization.sessions;
}

type Node = Awaited<ReturnType<typeof read>>['nodes'][number];

/** Compares two neighbours of a list: negative when they are in order. */
const COMPARE: Record<SessionOrder, (a: Node, b: Node) => number> = {
  CREATED_AT: (a, b) => later(a.createdAt, b.createdAt) || latest(a, b),
  UPDATED_AT: (a, b) => later(a.updatedAt, b.updatedAt) || latest(a, b),
  ACTIVITY: (a, b) => later(a.activityLastAt, b.activityLastAt) || latest(a, b),
  WAITING: (a, b) => later(b.laneSince, a.laneSince) || latest(a, b),
  STATUS: (a, b) => urgency(a) - urgency(b) || later(a.createdAt, b.createdAt) || latest(a, b),
};
const later = (a: unknown, b: unknown) => Date.parse(String(b)) - Date.parse(String(a));
const latest = (a: Node, b: Node) => {
  if (a.id === b.id) return 0;
  return uuidOf(a.id) < uuidOf(b.id) ? 1 : -1;
};
const urgency = ({ lane, displayStatus }: Node) =>
  lane === 'ARCHIVE' ? URGENCY.length : URGENCY.indexOf(displayStatus);

describe.each(ORDERS)('sessions ordered by %s', (order) => {
  it('come in that order', async ({ board: team }) => {
    const { nodes, totalCount } = await read(team, order, { first: 100 });
    expect(nodes.length).toBe(COUNT);
    expect(totalCount).toBe(COUNT);
    expect(nodes).toEqual(nodes.toSorted(COMPARE[order]));
  });

  it.for([1, 4, 11, 33])(
    'come once each in pages of %i, forwards and backwards',
    async (size, { board: team }) => {
      const all = (await read(team, order, { first: 100 })).nodes;
      const onwards: Node[] = [];
      for (let after: string | null = null, isMore = true; isMore; ) {
        const { nodes, pageInfo }: Awaited<ReturnType<typeof read>> = await read(team, order, {
          first: size,
          after,
        });
        expect(pageInfo.hasPreviousPage).toBe(onwards.length > 0);
        onwards.push(...nodes);
        expect(onwards.length).toBeLessThanOrEqual(COUNT);
        ({ hasNextPage: isMore, endCursor: after } = pageInfo);
      }
      expect(onwards).toEqual(all);
      const backwards: Node[] = [];
      for (let before: string | null = null, isMore = true; isMore; ) {
        const { nodes, pageInfo }: Awaited<ReturnType<typeof read>> = await read(team, order, {
          last: size,
          before,
        });
        expect(pageInfo.hasNextPage).toBe(backwards.length > 0);
        backwards.unshift(...nodes);
        expect(backwards.length).toBeLessThanOrEqual(COUNT);
        ({ hasPreviousPage: isMore, startCursor: before } = pageInfo);
      }
      expect(backwards).toEqual(all);
    },
  );

  it('come in the same order when they are filtered by lane', async ({ board: team }) => {
    const all = (await read(team, order, { first: 100 })).nodes;
    const first = await read(team, order, { first: 5, lane: 'NEEDS_YOU' });
    const second = await read(team, order, { first: 5, lane: 'NEEDS_YOU', after: first.pageInfo.endCursor });
    expect([...first.nodes, ...second.nodes]).toEqual(all.filter(({ lane }) => lane === 'NEEDS_YOU'));
    expect(first.totalCount).toBe(9);
  });

  it('come in the same order when they are filtered by status, lane and whether they are live', async ({
    board: team,
  }) => {
    const all = (await read(team, order, { first: 100 })).nodes;
    const statuses = [...new Set(all.map(({ displayStatus }) => displayStatus))];
    for (const displayStatuses of [undefined, ...statuses.map((each) => [each]), statuses.slice(2, 5)]) {
      for (const lane of [undefined, ...new Set(all.map((each) => each.lane))]) {
        for (const live of [undefined, true, false]) {
          const { nodes } = await read(team, order, { first: 100, displayStatuses, lane, live });
          const isFound = (each: Node) =>
            (displayStatuses?.includes(each.displayStatus) ?? true) &&
            (lane === undefined || each.lane === lane) &&
            (live === undefined || (each.lane !== 'ARCHIVE') === live);
          expect(nodes).toEqual(all.filter(isFound));
        }
      }
    }
  });

  it('continue at the old position of the cursor after its session has moved', async ({
    team,
    psql,
    createTeam,
  }) => {
    const board = await createBoard(psql, createTeam);
    const all = (await read(team, order, { first: 100 }, board)).nodes;
    const comesBefore = (node: Node | undefined, other: Node | undefined) =>
      !node || !other || COMPARE[order](node, other) < 0;
    const first = await read(team, order, { first: 5 }, board);
    const last = await read(team, order, { last: 5 }, board);
    // A terminated session with new times moves in every order: updated last, least urgent, created last.
    const moved = [all[4], all.at(-5)].map((node) => uuidOf(node?.id ?? ''));
    await psql(
      `UPDATE session SET is_terminated = true, activity_state = 'EXITED', activity_last_at = now() + interval '1 s',
              created_at = now() + interval '1 s'
        WHERE id = ANY ($1)`,
      [moved],
    );
    const now = (await read(team, order, { first: 100 }, board)).nodes;
    const onwards = await read(team, order, { first: 3, after: first.pageInfo.endCursor }, board);
    expect(onwards.nodes).toEqual(now.filter((node) => comesBefore(all[4], node)).slice(0, 3));
    const backwards = await read(team, order, { last: 3, before: last.pageInfo.startCursor }, board);
    expect(backwards.nodes).toEqual(now.filter((node) => comesBefore(node, all.at(-5))).slice(-3));
  });

  it.for(ORDERS.filter((each) => each !== order))(
    'refuse a cursor of a list ordered by %s',
    async (other, { board: team }) => {
      const { pageInfo } = await read(team, other, { first: 1 });
      const refused = async (paging: Paging) => {
        const { errors, data } = await team.owner.send(Ordered, {
          slug: team.slug,
          orderBy: order,
          ...paging,
        });
        expect(data).toEqual({ organization: null });
        expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      };
      await refused({ first: 1, after: pageInfo.endCursor });
      await refused({ last: 1, before: pageInfo.endCursor });
    },
  );
});

it('sessions and their cursors are ordered by CREATED_AT, newest first, without orderBy', async ({
  board: team,
}) => {
  const answer = await team.owner.raw({
    query: `query($slug: String!) { organization(slug: $slug) { sessions { nodes { id } pageInfo { endCursor } } } }`,
    variables: { slug: team.slug },
  });
  const { sessions } = (await answer.json()).data.organization;
  const { nodes, pageInfo } = await read(team, 'CREATED_AT', {});
  expect(sessions).toEqual({
    nodes: nodes.map(({ id }) => ({ id })),
    pageInfo: { endCursor: pageInfo.endCursor },
  });
});

describe('sessions ordered by STATUS', () => {
  const place = '2026-02-01T00:00:00.000Z 01890000-0000-7000-8000-000000000000';
  it.for([
    'STATUS',
    'STATUS 1',
    `STATUS -1 ${place}`,
    `STATUS 1.5 ${place}`,
    `STATUS 01 ${place}`,
    `STATUS  ${place}`,
    `STATUS 1 ${place} 1`,
    `STATUS 10000000000 ${place}`,
    `1 ${place}`,
    `UPDATED_AT 1 ${place}`,
  ])('refuse the malformed cursor %s', async (text, { board: team }) => {
    const after = Buffer.from(`GPC:S:${text}`).toString('base64');
    const { errors } = await team.owner.send(Ordered, {
      slug: team.slug,
      orderBy: 'STATUS',
      first: 1,
      after,
    });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
