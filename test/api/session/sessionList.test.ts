/** The filters of lists of sessions, and of the counts of their lanes. */
import { globalId } from '../../../src/value/globalId.ts';
import { graphql } from '../../graphql/gql.ts';
import type { ListsOfProjectQueryVariables, SessionKind } from '../../graphql/graphql.ts';
import { SpawnSession } from '../../support/mutations.ts';
import { succeeded } from '../../support/outcome.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const SessionsByKind = graphql(`
  query SessionsByKind($slug: String!, $kind: SessionKind, $projectId: ID, $lane: SessionLane) {
    organization(slug: $slug) {
      sessions(kind: $kind, projectId: $projectId, lane: $lane) {
        totalCount
        nodes {
          id
        }
      }
      laneCounts(kind: $kind, projectId: $projectId) {
        lane
        count
      }
    }
  }
`);

const SessionsSpawnedBy = graphql(`
  query SessionsSpawnedBy($slug: String!, $spawnedById: ID!) {
    organization(slug: $slug) {
      sessions(spawnedById: $spawnedById) {
        totalCount
        nodes {
          id
        }
      }
    }
  }
`);

const ListsOfProject = graphql(`
  query ListsOfProject($id: ID!, $live: Boolean, $displayStatuses: [SessionDisplayStatus!], $kind: SessionKind, $agentId: ID) {
    node(id: $id) {
      ... on Project {
        sessions(live: $live, displayStatuses: $displayStatuses, kind: $kind, agentId: $agentId) {
          totalCount
          nodes {
            id
          }
        }
        pullRequests(agentId: $agentId) {
          nodes {
            id
          }
        }
        laneCounts {
          lane
          count
        }
        workers: laneCounts(kind: WORKER) {
          lane
          count
        }
      }
    }
  }
`);

const LanesOfAgent = graphql(`
  query LanesOfAgent($id: ID!, $projectId: ID) {
    node(id: $id) {
      ... on Agent {
        laneCounts(projectId: $projectId) {
          lane
          count
        }
      }
    }
  }
`);

/** The lanes that have sessions. */
const countsOf = (lanes: { lane: string; count: number }[]) =>
  Object.fromEntries(lanes.filter(({ count }) => count > 0).map(({ lane, count }) => [lane, count]));

async function byKind(
  team: Team,
  which: { kind?: SessionKind; projectId?: string; lane?: 'WORKING' | 'ARCHIVE' },
) {
  const { organization } = await team.owner.query(SessionsByKind, { slug: team.slug, ...which });
  if (!organization) throw new Error('The owner does not see the organization.');
  const { sessions, laneCounts } = organization;
  return {
    ids: sessions.nodes.map(({ id }) => id),
    totalCount: sessions.totalCount,
    counts: Object.fromEntries(laneCounts.map(({ lane, count }) => [lane, count])),
  };
}

describe('the filter by kind', () => {
  it('selects the sessions and the counts of their lanes', async ({ team }) => {
    const other = await team.register({ slug: 'lander' });
    const worker = await team.spawn();
    const orchestrator = await team.spawn({ kind: 'ORCHESTRATOR' });
    const elsewhere = await team.spawn({ kind: 'ORCHESTRATOR', projectId: other.id });
    await team.terminate(elsewhere.id);

    const all = await byKind(team, {});
    expect(all).toMatchObject({
      ids: [elsewhere.id, orchestrator.id, worker.id],
      counts: { WORKING: 2, ARCHIVE: 1 },
    });
    expect(await byKind(team, { kind: 'WORKER' })).toMatchObject({
      ids: [worker.id],
      totalCount: 1,
      counts: { WORKING: 1, ARCHIVE: 0 },
    });
    expect(await byKind(team, { kind: 'ORCHESTRATOR', lane: 'WORKING' })).toMatchObject({
      ids: [orchestrator.id],
      counts: { WORKING: 1, ARCHIVE: 1 },
    });
    expect(await byKind(team, { kind: 'ORCHESTRATOR', projectId: other.id })).toMatchObject({
      ids: [elsewhere.id],
      counts: { WORKING: 0, ARCHIVE: 1 },
    });
  });
});

describe('the filter by spawnedById', () => {
  const spawnedBy = async (team: Team, spawnedById: string) =>
    (await team.owner.query(SessionsSpawnedBy, { slug: team.slug, spawnedById })).organization?.sessions;

  it('selects the sessions that the person spawned', async ({ team }) => {
    const bob = await team.join('MEMBER');
    await team.spawn();
    const { spawnSession } = await bob.query(SpawnSession, { input: { projectId: team.project.id } });
    const { session } = succeeded(spawnSession);
    const agent = await team.employ();
    expect(await spawnedBy(team, globalId('User', bob.userId))).toEqual({
      totalCount: 1,
      nodes: [{ id: session.id }],
    });
    expect(await spawnedBy(team, agent.id)).toEqual({ totalCount: 0, nodes: [] });
  });

  it('is BAD_USER_INPUT for an id of another type', async ({ team }) => {
    const { errors } = await team.owner.send(SessionsSpawnedBy, {
      slug: team.slug,
      spawnedById: team.project.id,
    });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('the lists and counts of a project', () => {
  type Filter = Omit<ListsOfProjectQueryVariables, 'id'>;
  async function listsOf(team: Team, id: string, filter: Filter = {}) {
    const { node } = await team.owner.query(ListsOfProject, { id, ...filter });
    if (!node || !('pullRequests' in node)) throw new Error('The owner does not see the project.');
    return node;
  }

  it('hold what belongs to the project alone', async ({ team }) => {
    const other = await team.register({ slug: 'lander' });
    const ended = await team.spawn();
    await team.terminate(ended.id);
    const session = await team.spawn();
    await team.spawn({ kind: 'ORCHESTRATOR', projectId: other.id });
    team.onGitHub(7);
    const { pullRequest } = succeeded(await team.claim(session.id, 7));

    const here = await listsOf(team, team.project.id);
    expect(here.sessions).toEqual({ totalCount: 2, nodes: [{ id: session.id }, { id: ended.id }] });
    expect(here.pullRequests.nodes).toEqual([{ id: pullRequest.id }]);
    expect(countsOf(here.laneCounts)).toEqual({ READY_TO_MERGE: 1, ARCHIVE: 1 });
    expect((await listsOf(team, team.project.id, { live: true })).sessions.nodes).toEqual([
      { id: session.id },
    ]);

    const there = await listsOf(team, other.id);
    expect(there.sessions.totalCount).toBe(1);
    expect(there.pullRequests.nodes).toEqual([]);
    expect([countsOf(there.laneCounts), countsOf(there.workers)]).toEqual([{ WORKING: 1 }, {}]);
  });

  it('take the filters of the lists of an organization', async ({ team }) => {
    const agent = await team.hire();
    const ended = await team.spawn({ agentId: agent.id });
    await team.terminate(ended.id);
    const orchestrator = await team.spawn({ kind: 'ORCHESTRATOR' });
    const [run, other] = [await team.spawn({ agentId: agent.id }), await team.spawn()];
    team.onGitHub(7);
    team.onGitHub(8);
    const { pullRequest } = succeeded(await team.claim(run.id, 7));
    succeeded(await team.claim(other.id, 8));

    const idsOf = async (filter: Filter) => {
      const { sessions, pullRequests } = await listsOf(team, team.project.id, filter);
      return [sessions, pullRequests].map(({ nodes }) => nodes.map(({ id }) => id));
    };
    expect((await idsOf({ kind: 'ORCHESTRATOR' }))[0]).toEqual([orchestrator.id]);
    expect((await idsOf({ displayStatuses: ['TERMINATED', 'MERGEABLE'] }))[0]).toEqual([
      other.id,
      run.id,
      ended.id,
    ]);
    expect(await idsOf({ agentId: agent.id })).toEqual([[run.id, ended.id], [pullRequest.id]]);
    expect(await idsOf({ agentId: agent.id, displayStatuses: [] })).toEqual([[], [pullRequest.id]]);
  });
});

describe('Agent.laneCounts', () => {
  it('counts the sessions of the agent, by project if wanted', async ({ team }) => {
    const other = await team.register({ slug: 'lander' });
    const agent = await team.hire();
    await team.spawn();
    await team.spawn({ agentId: agent.id });
    await team.spawn({ agentId: agent.id, projectId: other.id });
    const lanesOf = async (projectId?: string) => {
      const { node } = await team.owner.query(LanesOfAgent, { id: agent.id, projectId });
      return node && 'laneCounts' in node ? countsOf(node.laneCounts) : node;
    };
    expect(await lanesOf()).toEqual({ WORKING: 2 });
    expect(await lanesOf(other.id)).toEqual({ WORKING: 1 });
  });
});
