import { globalId } from '../../../src/value/globalId.ts';
import { graphql } from '../../graphql/gql.ts';
import {
  CreateToken,
  LogAgentAction,
  OffboardAgent,
  PutAgentMemory,
  RecordReviewedPR,
  RevokeToken,
  WatchRepo,
} from '../../support/mutations.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import { openPsql, type Psql, uuidOf } from '../../support/psql.ts';
import type { Team, TeamAgent } from '../../support/team.ts';
import { describe, expect, test } from '../../support/test.ts';

const WhatStays = graphql(`
  query WhatStays($id: ID!) {
    node(id: $id) {
      ... on Agent {
        status
        memory {
          nodes {
            key
            value
          }
        }
        actions {
          nodes {
            action
            outcome
          }
        }
        reviewedPullRequests {
          nodes {
            number
          }
        }
        watchedRepos {
          totalCount
        }
        tokens {
          nodes {
            revokedAt
          }
        }
        viewerCanOffboard
      }
    }
  }
`);

const it = test.extend('robin', async ({ team }) => await team.hire());

const offboard = async (
  team: Team,
  agentId: string,
  more: { reason?: string; idempotencyKey?: string } = {},
) => (await team.owner.query(OffboardAgent, { input: { agentId, ...more } })).offboardAgent;

/** Inserts a live session of the agent, bypassing the services. */
async function sessionOf(team: Team, psql: Psql, agentId: string): Promise<string> {
  const [row] = await psql<{ id: string }>(
    `INSERT INTO session (organization_id, project_id, agent_id, workspace_path) VALUES ($1, $2, $3, '/w') RETURNING id`,
    [uuidOf(team.id), uuidOf(team.project.id), uuidOf(agentId)],
  );
  return globalId('Session', row?.id ?? '');
}

const isGood = async (agent: TeamAgent) => (await agent.raw({ query: '{ __typename }' })).status === 200;

async function watch(team: Team, agentId: string, repo: string) {
  succeeded((await team.owner.query(WatchRepo, { input: { agentId, repo } })).watchRepo);
}

describe('offboardAgent', () => {
  it('releases repositories, sessions and tokens in one transaction, with the changes in order', async ({
    team,
    robin,
    psql,
  }) => {
    await watch(team, robin.id, 'acme/rocket');
    await watch(team, robin.id, 'acme/lander');
    const session = await sessionOf(team, psql, robin.id);
    team.onGitHub(7);
    succeeded(await team.claim(session, 7));
    expect(await isGood(robin)).toBe(true);

    const done = succeeded(await offboard(team, robin.id, { reason: 'The project is over.' }));
    expect(done).toMatchObject({
      agent: { id: robin.id, status: 'STOPPED', offboardReason: 'The project is over.' },
      terminatedSessions: [{ id: session, isTerminated: true }],
      revokedTokens: 1,
      alreadyOffboarded: false,
    });
    expect(done.releasedRepos).toEqual([
      { owner: 'acme', name: 'rocket' },
      { owner: 'acme', name: 'lander' },
    ]);
    expect(await isGood(robin)).toBe(false);
    const changes = await team.changes({ requestId: done.requestId });
    const idsOf = (wanted: string) =>
      changes.filter(({ type }) => type === wanted).map(({ entityId }) => entityId);
    expect(done.releasedRepoIds).toEqual(idsOf('REPO_RELEASED'));
    expect(done.revokedTokenIds).toEqual(idsOf('TOKEN_ARCHIVED'));
    expect(changes.map(({ type }) => type)).toEqual([
      'REPO_RELEASED',
      'REPO_RELEASED',
      'SESSION_UPDATED',
      'TOKEN_ARCHIVED',
      'AGENT_OFFBOARDED',
    ]);
    expect(changes.at(-1)).toMatchObject({
      entityId: robin.id,
      payload: { row: { status: 'STOPPED' }, changed: ['offboardReason', 'offboardedAt', 'status'] },
    });
    expect(await team.structureEvents('AGENT_OFFBOARDED')).toMatchObject([
      {
        subjectId: robin.id,
        payload: {
          name: 'Robin',
          reason: 'The project is over.',
          releasedRepos: ['acme/rocket', 'acme/lander'],
          terminatedSessions: [session],
          terminatedSessionNames: [`${team.project.slug}-1`],
          revokedTokens: 1,
        },
      },
    ]);
  });

  it('leaves pull requests that another session can claim without allowTakeover', async ({
    team,
    robin,
    psql,
  }) => {
    const session = await sessionOf(team, psql, robin.id);
    team.onGitHub(7);
    succeeded(await team.claim(session, 7));
    succeeded(await offboard(team, robin.id));
    const next = await team.spawn();
    const { takenOverFrom } = succeeded(await team.claim(next.id, 7, { allowTakeover: false }));
    expect(takenOverFrom).toEqual([{ id: session }]);
  });

  it('keeps the memory, actions, reviews and tokens readable', async ({ team, robin }) => {
    const input = { agentId: robin.id };
    await robin.query(PutAgentMemory, { input: { ...input, key: 'tone', value: 'kind' } });
    await robin.query(LogAgentAction, { input: { ...input, action: 'push', outcome: 'ALLOWED' } });
    await robin.query(RecordReviewedPR, { input: { ...input, repo: 'acme/rocket', number: 7 } });
    await watch(team, robin.id, 'acme/rocket');
    succeeded(await offboard(team, robin.id));
    const { node } = await team.owner.query(WhatStays, { id: robin.id });
    expect(node).toMatchObject({
      status: 'STOPPED',
      memory: { nodes: [{ key: 'tone', value: 'kind' }] },
      actions: { nodes: [{ action: 'push', outcome: 'ALLOWED' }] },
      reviewedPullRequests: { nodes: [{ number: 7 }] },
      watchedRepos: { totalCount: 0 },
      tokens: { nodes: [{ revokedAt: expect.any(String) }] },
      viewerCanOffboard: false,
    });
  });

  it('writes nothing for an agent that is offboarded already', async ({ team, robin }) => {
    const first = succeeded(await offboard(team, robin.id, { reason: 'Over.' }));
    const before = await team.footprint();
    const again = succeeded(await offboard(team, robin.id, { reason: 'Over and out.' }));
    expect(again).toMatchObject({
      agent: first.agent,
      releasedRepos: [],
      releasedRepoIds: [],
      terminatedSessions: [],
      revokedTokens: 0,
      revokedTokenIds: [],
      alreadyOffboarded: true,
    });
    expect(await team.footprint()).toEqual(before);
  });

  it('offboards once when twenty concurrent mutations ask for it', async ({ team, robin }) => {
    await watch(team, robin.id, 'acme/rocket');
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => offboard(team, robin.id)));
    expect(
      outcomes.map((each) => succeeded(each).alreadyOffboarded).filter((already) => !already),
    ).toHaveLength(1);
    expect(await team.changes({ types: ['AGENT_OFFBOARDED', 'REPO_RELEASED'] })).toHaveLength(2);
    expect(await team.structureEvents('AGENT_OFFBOARDED')).toHaveLength(1);
  });

  it('returns the same result under the same idempotencyKey', async ({ team, robin }) => {
    await watch(team, robin.id, 'acme/rocket');
    const first = succeeded(await offboard(team, robin.id, { idempotencyKey: 'once' }));
    expect(succeeded(await offboard(team, robin.id, { idempotencyKey: 'once' }))).toEqual(first);
  });

  it('makes createToken, putAgentMemory and recordReviewedPR return AGENT_NOT_RUNNING', async ({
    team,
    robin,
  }) => {
    succeeded(await offboard(team, robin.id));
    const input = { agentId: robin.id };
    const refusals = [
      (
        await team.owner.query(CreateToken, {
          input: { ...input, organizationId: team.id, label: 'too late' },
        })
      ).createToken,
      (await team.owner.query(PutAgentMemory, { input: { ...input, key: 'tone', value: 'kind' } }))
        .putAgentMemory,
      (await team.owner.query(RecordReviewedPR, { input: { ...input, repo: 'acme/rocket', number: 7 } }))
        .recordReviewedPR,
    ];
    expect(
      refusals.map((each) => (hasSucceeded(each as never) ? 'done' : (each as { code: string }).code)),
    ).toEqual(['AGENT_NOT_RUNNING', 'AGENT_NOT_RUNNING', 'AGENT_NOT_RUNNING']);
  });

  it('refuses a blank reason and one of more than 1,000 characters', async ({ team, robin }) => {
    expect(refused(await offboard(team, robin.id, { reason: ' ' }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'reason' }],
    });
    expect(refused(await offboard(team, robin.id, { reason: 'x'.repeat(1001) })).code).toBe('INVALID_INPUT');
  });
});

describe('offboardAgent concurrent with claimPR', () => {
  it('leaves no live session of the agent in 100 races', async ({ team, psql }) => {
    const race = async (at: number) => {
      const agent = await team.hire({ name: `Kim ${at}` });
      const session = await sessionOf(team, psql, agent.id);
      team.onGitHub(1000 + at);
      const [claimed, offboarded] = await Promise.all([
        team.claim(session, 1000 + at),
        offboard(team, agent.id),
      ]);
      succeeded(offboarded);
      if (!hasSucceeded(claimed)) expect(refused(claimed).code).toBe('SESSION_TERMINATED');
    };
    await Promise.all(
      Array.from({ length: 5 }, async (_, lane) => {
        for (let at = lane; at < 100; at += 5) await race(at);
      }),
    );
    expect(
      await psql(
        `SELECT FROM session s JOIN agent a ON a.id = s.agent_id
          WHERE a.organization_id = $1 AND a.status = 'STOPPED' AND NOT s.is_terminated`,
        [uuidOf(team.id)],
      ),
    ).toEqual([]);
  });
});

describe('offboardAgent that waits for the lock of a session', () => {
  it('does not list a token that was revoked meanwhile', async ({ team, robin, database, psql }) => {
    const session = await sessionOf(team, psql, robin.id);
    const [token] = await psql<{ id: string }>('SELECT id FROM token WHERE agent_id = $1', [
      uuidOf(robin.id),
    ]);
    await using holder = await openPsql(database.url);
    await holder('BEGIN');
    await holder('SELECT FROM session WHERE id = $1 FOR UPDATE', [uuidOf(session)]);
    const offboarding = offboard(team, robin.id);
    await expect
      .poll(async () => {
        const waiting = await psql(
          `SELECT DISTINCT l.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE NOT l.granted AND a.datname = current_database()`,
        );
        return waiting.length;
      })
      .toBe(1);
    const input = { tokenId: globalId('Token', token?.id ?? '') };
    succeeded((await team.owner.query(RevokeToken, { input })).revokeToken);
    await holder('COMMIT');
    expect(succeeded(await offboarding)).toMatchObject({
      revokedTokens: 0,
      revokedTokenIds: [],
      terminatedSessions: [{ id: session }],
    });
    expect(await team.structureEvents('AGENT_OFFBOARDED')).toMatchObject([{ payload: { revokedTokens: 0 } }]);
  });
});
