import { graphql } from '../../graphql/gql.ts';
import type { Client } from '../../support/client.ts';
import { ReleasePR, ReportActivity, RestoreSession, SpawnSession } from '../../support/mutations.ts';
import { succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const Waiting = graphql(`
  query Waiting($slug: String!, $projectId: ID, $mine: Boolean, $first: Int, $after: String) {
    organization(slug: $slug) {
      needsMe(projectId: $projectId, mine: $mine, first: $first, after: $after) {
        totalCount
        nodes {
          reason
          message
          since
          subject {
            __typename
            id
            ... on Session {
              laneSince
            }
            ... on PullRequest {
              orphanedSince
            }
            ... on Agent {
              failedAt
            }
          }
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
      orphanedPullRequests(projectId: $projectId) {
        totalCount
        nodes {
          id
          number
          orphanedSince
        }
      }
    }
  }
`);

type Which = { projectId?: string; mine?: boolean; first?: number; after?: string | null };

async function waiting(team: Team, which: Which = {}, viewer: Client = team.owner) {
  const { organization } = await viewer.query(Waiting, { slug: team.slug, ...which });
  if (!organization) throw new Error('There is no organization.');
  return organization;
}

async function reasons(team: Team, which?: Which, viewer?: Client): Promise<[string, string | undefined][]> {
  const { needsMe } = await waiting(team, which, viewer);
  expect(needsMe.totalCount).toBe(needsMe.nodes.length);
  return needsMe.nodes.map(({ reason, subject }) => [reason, subject?.id]);
}

async function report(team: Team, sessionId: string, state: 'WAITING_INPUT' | 'ACTIVE'): Promise<void> {
  succeeded((await team.owner.query(ReportActivity, { input: { sessionId, state } })).reportActivity);
}

const orphans = async (team: Team) =>
  (await waiting(team)).orphanedPullRequests.nodes.map(({ number }) => number);

describe('Organization.orphanedPullRequests', () => {
  it('lists an open pull request from the end of its session until the next claim', async ({ team }) => {
    const { id } = await team.spawn();
    for (const number of [7, 8]) {
      team.onGitHub(number);
      succeeded(await team.claim(id, number));
    }
    expect(await orphans(team)).toEqual([]);
    await team.terminate(id);
    const { orphanedPullRequests } = await waiting(team);
    expect(orphanedPullRequests).toMatchObject({ totalCount: 2, nodes: [{ number: 8 }, { number: 7 }] });
    succeeded(await team.claim((await team.spawn()).id, 7));
    expect(await orphans(team)).toEqual([8]);
  });

  it('leaves out what is restored, merged or closed', async ({ team, psql }) => {
    const { id } = await team.spawn();
    const { id: other } = await team.spawn();
    for (const [number, sessionId] of [
      [7, id],
      [8, other],
      [9, other],
    ] as const) {
      team.onGitHub(number);
      succeeded(await team.claim(sessionId, number));
    }
    await team.terminate(id);
    await team.terminate(other);
    succeeded((await team.owner.query(RestoreSession, { input: { sessionId: id } })).restoreSession);
    await psql(`UPDATE pull_request SET state = 'MERGED' WHERE organization_id = $1 AND number = 8`, [
      uuidOf(team.id),
    ]);
    expect(await orphans(team)).toEqual([9]);
    await psql(`UPDATE pull_request SET state = 'CLOSED' WHERE organization_id = $1 AND number = 9`, [
      uuidOf(team.id),
    ]);
    expect(await orphans(team)).toEqual([]);
  });

  it('lists a released pull request since its release, also in its project', async ({ team }) => {
    const { id: sessionId } = await team.spawn();
    team.onGitHub(7);
    const pullRequestId = succeeded(await team.claim(sessionId, 7)).pullRequest.id;
    const { releasePR } = await team.owner.query(ReleasePR, { input: { sessionId, pullRequestId } });
    succeeded(releasePR);
    const other = await team.register({ slug: 'booster' });
    expect((await waiting(team, { projectId: other.id })).orphanedPullRequests.nodes).toEqual([]);
    const { orphanedPullRequests } = await waiting(team, { projectId: team.project.id });
    expect(orphanedPullRequests.nodes).toMatchObject([{ id: pullRequestId }]);
    expect(orphanedPullRequests.nodes[0]?.orphanedSince).not.toBeNull();
  });
});

describe('Organization.needsMe', () => {
  it('lists sessions, orphaned pull requests and failed agents, the longest waiting first', async ({
    team,
    psql,
  }) => {
    const agent = await team.hire();
    const [asking, holding, working] = [await team.spawn(), await team.spawn(), await team.spawn()];
    team.onGitHub(7);
    const pullRequestId = succeeded(await team.claim(holding.id, 7)).pullRequest.id;
    expect(await reasons(team)).toEqual([]);

    await report(team, asking.id, 'WAITING_INPUT');
    await team.terminate(holding.id);
    await psql(`UPDATE agent SET status = 'ERROR', failure = 'out of memory' WHERE id = $1`, [
      uuidOf(agent.id),
    ]);
    await report(team, working.id, 'ACTIVE');
    expect(await reasons(team)).toEqual([
      ['NEEDS_INPUT', asking.id],
      ['PULL_REQUEST_ORPHANED', pullRequestId],
      ['AGENT_FAILED', agent.id],
    ]);
    expect(await reasons(team, { projectId: team.project.id })).toEqual([
      ['NEEDS_INPUT', asking.id],
      ['PULL_REQUEST_ORPHANED', pullRequestId],
    ]);

    const { needsMe } = await waiting(team, { first: 2 });
    for (const { message, since, subject } of needsMe.nodes) {
      expect(message).toMatch(/\w/);
      if (subject?.__typename === 'Session') expect(subject.laneSince).toBe(since);
      if (subject?.__typename === 'PullRequest') expect(subject.orphanedSince).toBe(since);
    }
    expect(needsMe).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const rest = (await waiting(team, { after: needsMe.pageInfo.endCursor })).needsMe.nodes;
    expect(rest).toMatchObject([{ reason: 'AGENT_FAILED', subject: { failedAt: rest[0]?.since } }]);

    await report(team, asking.id, 'ACTIVE');
    await team.offboard(agent.id);
    succeeded(await team.claim(working.id, 7));
    expect(await reasons(team)).toEqual([]);
  });

  it('keeps the time at which an agent failed while the agent changes', async ({ team, psql }) => {
    const id = uuidOf((await team.hire()).id);
    await psql(`UPDATE agent SET status = 'ERROR', failure = 'out of memory' WHERE id = $1`, [id]);
    const [failed] = (await waiting(team)).needsMe.nodes;
    await psql(`UPDATE agent SET name = 'Renamed', failure = 'out of patience' WHERE id = $1`, [id]);
    expect((await waiting(team)).needsMe.nodes).toEqual([failed]);
  });

  it('with mine, lists what the person spawned or hired, or the agent works on', async ({ team, psql }) => {
    const member = await team.join('MEMBER');
    const agent = await team.hire();
    const theirs = await team.hire({}, member);
    const spawned = async (by: Client, agentId?: string) => {
      const input = { projectId: team.project.id, agentId };
      const { spawnSession } = await by.query(SpawnSession, { input });
      return succeeded(spawnSession).session.id;
    };
    const [asking, other, work] = [
      await spawned(team.owner),
      await spawned(member),
      await spawned(member, agent.id),
    ];
    const [holding, releasing] = [await spawned(member), await spawned(member)];
    for (const [sessionId, number] of [
      [holding, 7],
      [releasing, 8],
    ] as const) {
      team.onGitHub(number);
      succeeded(await team.claim(sessionId, number));
    }
    for (const id of [asking, other, work]) await report(team, id, 'WAITING_INPUT');
    await team.terminate(holding);
    const { orphanedPullRequests } = await waiting(team);
    const [abandoned] = orphanedPullRequests.nodes;
    await psql('UPDATE pull_request SET session_id = NULL WHERE session_id = $1', [uuidOf(releasing)]);
    const released = (await waiting(team)).orphanedPullRequests.nodes[1];
    await psql(`UPDATE agent SET status = 'ERROR', failure = 'out of memory' WHERE id = $1`, [
      uuidOf(theirs.id),
    ]);

    expect(await reasons(team)).toHaveLength(6);
    expect(await reasons(team, { mine: false })).toHaveLength(6);
    expect(await reasons(team, { mine: true })).toEqual([['NEEDS_INPUT', asking]]);
    expect(await reasons(team, { mine: true }, agent)).toEqual([['NEEDS_INPUT', work]]);
    expect(await reasons(team, { mine: true }, member)).toEqual([
      ['NEEDS_INPUT', other],
      ['NEEDS_INPUT', work],
      ['PULL_REQUEST_ORPHANED', abandoned?.id],
      ['PULL_REQUEST_ORPHANED', released?.id],
      ['AGENT_FAILED', theirs.id],
    ]);
    expect(await reasons(team, { mine: true, projectId: team.project.id }, member)).toHaveLength(4);
  });

  it('lists nothing of another organization', async ({ team, createTeam }) => {
    const other = await createTeam();
    await report(other, (await other.spawn()).id, 'WAITING_INPUT');
    expect(await reasons(team)).toEqual([]);
  });
});
