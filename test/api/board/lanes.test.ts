/** The lanes of a board: the sessions in each lane, and their number. */

import { SessionLane } from '../../../prisma/client/enums.ts';
import { globalId } from '../../../src/value/globalId.ts';
import { graphql } from '../../graphql/gql.ts';
import type { LaneGrouping } from '../../graphql/graphql.ts';
import {
  expectKeptStandings,
  pullRequest,
  type SessionFacts,
  session,
  writeSessions,
} from '../../support/board.ts';
import { countStatements, tableOf } from '../../support/statements.ts';
import type { Team, TeamAgent } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

it.afterEach(({ psql }) => expectKeptStandings(psql));

const Lanes = graphql(`
  query Lanes($slug: String!, $projectId: ID, $agentId: ID) {
    organization(slug: $slug) {
      laneCounts(projectId: $projectId, agentId: $agentId) {
        lane
        count
      }
    }
  }
`);

const LanesBy = graphql(`
  query LanesBy($slug: String!, $groupBy: LaneGrouping!, $projectId: ID) {
    organization(slug: $slug) {
      laneCounts(groupBy: $groupBy, projectId: $projectId) {
        lane
        count
        project {
          id
        }
        agent {
          id
        }
      }
    }
  }
`);

const LaneOf = graphql(`
  query LaneOf($slug: String!, $lane: SessionLane, $projectId: ID, $agentId: ID, $live: Boolean) {
    organization(slug: $slug) {
      sessions(first: 100, lane: $lane, projectId: $projectId, agentId: $agentId, live: $live) {
        totalCount
        nodes {
          id
          lane
          project {
            id
          }
          agent {
            id
          }
        }
      }
    }
  }
`);

const LANES = Object.values(SessionLane);

const FACTS: Partial<SessionFacts>[] = [
  {},
  { activityState: 'ACTIVE' },
  { activityState: 'ACTIVE', pullRequests: [pullRequest({ ciState: 'FAILING' })] },
  { activityState: 'BLOCKED' },
  { activityState: 'EXITED', hasAgent: true },
  { hasAgent: true, quietSeconds: 100 },
  { pullRequests: [pullRequest({ ciState: 'FAILING' })] },
  { hasAgent: true, pullRequests: [pullRequest()] },
  { hasAgent: true, pullRequests: [pullRequest({ reviewDecision: 'REVIEW_REQUIRED' })] },
  { pullRequests: [pullRequest({ mergeability: 'MERGEABLE' })] },
  { isTerminated: true },
  { isTerminated: true, pullRequests: [pullRequest({ state: 'MERGED' })] },
  { isTerminated: true, hasAgent: true, pullRequests: [pullRequest({ ciState: 'FAILING' })] },
];

let other: { id: string; slug: string };
let agent: TeamAgent;
it.beforeAll(async ({ sharedTeam: team, psql }) => {
  agent = await team.hire();
  await writeSessions(psql, team, agent, FACTS.map(session));
  other = await team.register({ slug: 'other' });
  await writeSessions(psql, { ...team, project: other }, agent, [
    session({ hasAgent: true, quietSeconds: 100 }),
    session({ activityState: 'ACTIVE' }),
  ]);
});

async function lanes(team: Team, variables: { slug: string; projectId?: string; agentId?: string }) {
  const { organization } = await team.owner.query(Lanes, variables);
  return organization?.laneCounts;
}

async function lanesBy(team: Team, groupBy: LaneGrouping, projectId?: string) {
  const { organization } = await team.owner.query(LanesBy, { slug: team.slug, groupBy, projectId });
  return organization?.laneCounts;
}

async function sessionsOf(
  team: Team,
  variables: {
    lane?: SessionLane;
    projectId?: string;
    agentId?: string;
    live?: boolean;
  },
) {
  const { organization } = await team.owner.query(LaneOf, { slug: team.slug, ...variables });
  if (!organization) throw new Error('The owner does not see the organization.');
  return organization.sessions;
}

describe('Organization.sessions filtered by lane', () => {
  it.for(LANES)('returns exactly the sessions in the lane %s', async (lane, { sharedTeam: team }) => {
    const all = await sessionsOf(team, {});
    const { nodes, totalCount } = await sessionsOf(team, { lane });
    expect(nodes).toEqual(all.nodes.filter((node) => node.lane === lane));
    expect(totalCount).toBe(nodes.length);
    expect(nodes.length).toBeGreaterThan(0);
  });

  it('returns exactly the terminated sessions for the lane ARCHIVE', async ({ sharedTeam: team }) => {
    expect((await sessionsOf(team, { lane: 'ARCHIVE' })).nodes).toEqual(
      (await sessionsOf(team, { live: false })).nodes,
    );
    expect((await sessionsOf(team, { lane: 'ARCHIVE', live: true })).totalCount).toBe(0);
    expect((await sessionsOf(team, { lane: 'NEEDS_YOU', live: false })).nodes).toEqual([]);
  });

  it('can be filtered by agent and by project too', async ({ sharedTeam: team }) => {
    const robin = agent.id;
    const { nodes } = await sessionsOf(team, { lane: 'NEEDS_YOU', agentId: robin });
    expect(nodes.map(({ agent }) => agent?.id)).toEqual([robin, robin, robin]);
    expect(
      (await sessionsOf(team, { lane: 'NEEDS_YOU', agentId: robin, projectId: other.id })).totalCount,
    ).toBe(1);
    expect((await sessionsOf(team, { agentId: globalId('Agent', team.owner.userId) })).totalCount).toBe(0);
  });
});

describe('Organization.laneCounts', () => {
  it.for<[whose: string, filter: (team: Team) => { projectId?: string; agentId?: string }]>([
    ['the organization', () => ({})],
    ['a project', (team) => ({ projectId: team.project.id })],
    ['another project', () => ({ projectId: other.id })],
    ['an agent', () => ({ agentId: agent.id })],
    ['an agent in a project', () => ({ agentId: agent.id, projectId: other.id })],
    ['an unknown agent', (team) => ({ agentId: globalId('Agent', team.owner.userId) })],
  ])('counts the sessions of %s in each lane', async ([_whose, filter], { sharedTeam: team }) => {
    const { nodes } = await sessionsOf(team, filter(team));
    expect(await lanes(team, { slug: team.slug, ...filter(team) })).toEqual(
      LANES.map((lane) => ({ lane, count: nodes.filter((node) => node.lane === lane).length })),
    );
  });

  it('counts the sessions in each lane by project', async ({ sharedTeam: team }) => {
    const { nodes } = await sessionsOf(team, {});
    expect(await lanesBy(team, 'PROJECT')).toEqual(
      [team.project, other].flatMap(({ id }) =>
        LANES.map((lane) => ({
          lane,
          count: nodes.filter((node) => node.lane === lane && node.project.id === id).length,
          project: { id },
          agent: null,
        })),
      ),
    );
  });

  it('counts the sessions in each lane by agent, those without an agent last', async ({
    sharedTeam: team,
  }) => {
    const { nodes } = await sessionsOf(team, { projectId: team.project.id });
    expect(await lanesBy(team, 'AGENT', team.project.id)).toEqual(
      [{ id: agent.id }, null].flatMap((by) =>
        LANES.map((lane) => ({
          lane,
          count: nodes.filter((node) => node.lane === lane && node.agent?.id === by?.id).length,
          project: null,
          agent: by,
        })),
      ),
    );
  });

  it('counts all groups in one statement', async ({ sharedTeam: team, database }) => {
    const counted = countStatements(database.url);
    await lanesBy(team, 'PROJECT');
    counted.stop();
    const texts = counted.statements().map(({ text }) => text);
    expect(texts.filter((text) => text.includes('"session_standing"'))).toHaveLength(1);
    expect(texts.filter((text) => tableOf(text) === 'project')).toHaveLength(1);
  });

  it('returns nothing by project when there are no sessions', async ({ sharedTeam: team, createTeam }) => {
    expect(await lanesBy(await createTeam(team.owner), 'PROJECT')).toEqual([]);
  });

  it('returns every lane in the order of a board when there are no sessions', async ({
    sharedTeam: team,
    createTeam,
  }) => {
    const empty = await createTeam(team.owner);
    expect(await lanes(team, { slug: empty.slug })).toEqual([
      { lane: 'WORKING', count: 0 },
      { lane: 'NEEDS_YOU', count: 0 },
      { lane: 'IN_REVIEW', count: 0 },
      { lane: 'READY_TO_MERGE', count: 0 },
      { lane: 'ARCHIVE', count: 0 },
    ]);
  });
});
