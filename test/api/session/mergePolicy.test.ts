/** terminateOnPrMerge: a session ends once none of its pull requests is open and one was merged. */

import type { Client } from '../../support/client.ts';
import { RefreshPR, RestoreSession, SpawnSession, UpdateMergePolicy } from '../../support/mutations.ts';
import { succeeded } from '../../support/outcome.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

it.beforeEach(async ({ github }) => {
  github.clear();
});

const MERGED = { state: 'MERGED', mergedAt: new Date('2026-03-02T07:00:00Z') } as const;
const CLOSED = { state: 'CLOSED', closedAt: new Date('2026-03-02T07:00:00Z') } as const;

type Held = { number: number; id: string };

/** A session that holds some open pull requests. */
async function holder(team: Team, count: number, terminateOnPrMerge = true, numbers = [7, 8, 9]) {
  const { spawnSession } = await team.owner.query(SpawnSession, {
    input: { projectId: team.project.id, mergePolicy: { terminateOnPrMerge } },
  });
  const { id } = succeeded(spawnSession).session;
  const held: Held[] = [];
  for (const number of numbers.slice(0, count)) {
    team.onGitHub(number);
    held.push({ number, id: succeeded(await team.claim(id, number)).pullRequest.id });
  }
  const [first, second] = held as [Held, Held];
  return { id, first, second };
}

async function refresh(team: Team, { id }: Held, by: Client = team.owner) {
  const { refreshPR } = await by.query(RefreshPR, { input: { pullRequestId: id } });
  return succeeded(refreshPR);
}

async function ends(team: Team, pr: Held, how: typeof MERGED | typeof CLOSED) {
  team.onGitHub(pr.number, how);
  return await refresh(team, pr);
}

async function isTerminated(psql: Psql, sessionId: string): Promise<boolean> {
  const [row] = await psql<{ is_terminated: boolean }>('SELECT is_terminated FROM session WHERE id = $1', [
    uuidOf(sessionId),
  ]);
  return row?.is_terminated ?? false;
}

async function terminationsOf(team: Team, sessionId: string) {
  const changes = await team.changes({ types: ['SESSION_UPDATED'] });
  return changes.filter(
    ({ entityId, payload }) =>
      entityId === sessionId && (payload as { changed: string[] }).changed.includes('isTerminated'),
  );
}

async function updatePolicy(team: Team, sessionId: string, terminateOnPrMerge: boolean) {
  const { updateMergePolicy } = await team.owner.query(UpdateMergePolicy, {
    input: { sessionId, terminateOnPrMerge },
  });
  return succeeded(updateMergePolicy);
}

describe('a session with terminateOnPrMerge', () => {
  it('is terminated by the merge of its only pull request, after the change of the pull request', async ({
    team,
  }) => {
    const { id, first } = await holder(team, 1);
    const { requestId } = await ends(team, first, MERGED);
    expect(await team.changes({ requestId })).toMatchObject([
      { type: 'PR_UPDATED', entityId: first.id, payload: { row: { state: 'MERGED' } } },
      {
        type: 'SESSION_UPDATED',
        entityId: id,
        payload: {
          row: { isTerminated: true, activityState: 'EXITED' },
          changed: expect.arrayContaining(['activityState', 'isTerminated', 'displayStatus', 'lane']),
        },
      },
    ]);
  });

  it.for([
    ['merged, and then the other closed', MERGED, CLOSED],
    ['closed, and then the other merged', CLOSED, MERGED],
    ['merged, and then the other, too', MERGED, MERGED],
  ] as const)(
    'is terminated when its last open pull request ends: the first is %s',
    async ([_, one, other], { team, psql }) => {
      const { id, first, second } = await holder(team, 2);
      await ends(team, first, one);
      expect(await isTerminated(psql, id)).toBe(false);
      const { requestId } = await ends(team, second, other);
      expect(await isTerminated(psql, id)).toBe(true);
      expect(await terminationsOf(team, id)).toMatchObject([{ requestId }]);
    },
  );

  it('stays live when all pull requests are closed and none is merged', async ({ team, psql }) => {
    const { id, first, second } = await holder(team, 2);
    await ends(team, first, CLOSED);
    await ends(team, second, CLOSED);
    expect(await isTerminated(psql, id)).toBe(false);
  });

  it('is terminated once when the ends of its two pull requests are recorded concurrently', async ({
    team,
    anotherApp,
    psql,
    github,
  }) => {
    const rounds = await Promise.all(
      Array.from({ length: 15 }, (_, at) => holder(team, 2, true, [100 + 2 * at, 101 + 2 * at])),
    );
    const holds = rounds.flatMap(({ first, second }) =>
      [first, second].map(({ number }) => {
        team.onGitHub(number, number === first.number ? MERGED : CLOSED);
        return github.holdNext({ owner: team.slug, number });
      }),
    );
    const refreshing = rounds.flatMap(({ first, second }) => [
      refresh(team, first),
      refresh(team, second, anotherApp.client(team.owner.token)),
    ]);
    await Promise.all(holds.map(({ arrived }) => arrived));
    for (const { release } of holds) release();
    await Promise.all(refreshing);
    for (const { id } of rounds) {
      expect(await isTerminated(psql, id)).toBe(true);
      expect(await terminationsOf(team, id)).toHaveLength(1);
    }
  });

  it('is terminated when another program records the merge', async ({ team, psql }) => {
    const { id, first } = await holder(team, 1);
    await psql(`UPDATE pull_request SET state = 'MERGED' WHERE id = $1`, [uuidOf(first.id)]);
    expect(await isTerminated(psql, id)).toBe(true);
  });

  it('stays live when its last open pull request is taken over', async ({ team, psql }) => {
    const { id, first, second } = await holder(team, 2);
    await ends(team, first, MERGED);
    const other = await team.spawn();
    succeeded(await team.claim(other.id, second.number));
    expect(await isTerminated(psql, id)).toBe(false);
  });
});

describe('a session without terminateOnPrMerge', () => {
  it('stays live when all its pull requests are merged', async ({ team, psql }) => {
    const { id, first, second } = await holder(team, 2, false);
    await ends(team, first, MERGED);
    await ends(team, second, MERGED);
    expect(await isTerminated(psql, id)).toBe(false);
    expect(await terminationsOf(team, id)).toEqual([]);
  });

  it('is the default', async ({ team, psql }) => {
    const session = await team.spawn();
    team.onGitHub(7);
    const { pullRequest } = succeeded(await team.claim(session.id, 7));
    await ends(team, { number: 7, id: pullRequest.id }, MERGED);
    expect(await isTerminated(psql, session.id)).toBe(false);
  });
});

describe('updateMergePolicy', () => {
  it('does not terminate a session whose pull requests have all ended, until another one ends', async ({
    team,
    psql,
  }) => {
    const { id, first } = await holder(team, 1, false);
    await ends(team, first, MERGED);
    expect((await updatePolicy(team, id, true)).session.isTerminated).toBe(false);
    expect(await isTerminated(psql, id)).toBe(false);
    team.onGitHub(9);
    const { pullRequest } = succeeded(await team.claim(id, 9));
    await ends(team, { number: 9, id: pullRequest.id }, CLOSED);
    expect(await isTerminated(psql, id)).toBe(true);
  });

  it('applies to later merges only', async ({ team, psql }) => {
    const [on, off] = [await holder(team, 1, false), await holder(team, 1, true, [8])];
    await updatePolicy(team, on.id, true);
    await updatePolicy(team, off.id, false);
    await ends(team, on.first, MERGED);
    await ends(team, off.first, MERGED);
    expect([await isTerminated(psql, on.id), await isTerminated(psql, off.id)]).toEqual([true, false]);
  });
});

describe('restoreSession after a merge', () => {
  it('keeps the session live with its policy and its merged pull request', async ({ team, psql }) => {
    const { id, first } = await holder(team, 1);
    await ends(team, first, MERGED);
    const { restoreSession } = await team.owner.query(RestoreSession, { input: { sessionId: id } });
    succeeded(restoreSession);
    await refresh(team, first);
    expect(await isTerminated(psql, id)).toBe(false);
  });
});
