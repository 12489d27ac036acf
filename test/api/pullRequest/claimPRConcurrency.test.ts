import type { TestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { ArchiveProject, ClaimPR, RefreshPR } from '../../support/mutations.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import { openPsql, type Psql, uuidOf } from '../../support/psql.ts';
import type { Change, Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

it.beforeEach(async ({ team }) => {
  team.onGitHub(7);
});

async function times<Result>(count: number, act: (at: number) => Promise<Result>): Promise<Result[]> {
  return await Promise.all(Array.from({ length: count }, (_, at) => act(at)));
}

/** Sends concurrent claims, half of them to another server; returns each result with its session. */
async function claimAtOnce(
  team: Team,
  anotherApp: TestApp,
  sessions: { id: string }[],
  allowTakeover: boolean,
  spell: (at: number) => string,
) {
  const clients = [team.owner, anotherApp.client(team.owner.token)];
  return await times(sessions.length, async (at) => {
    const { id } = sessions[at] as { id: string };
    const input = { sessionId: id, pr: spell(at), allowTakeover };
    const { claimPR } = await (clients[at % 2] as Client).query(ClaimPR, { input });
    return { sessionId: id, result: claimPR };
  });
}

async function rowsOfPullRequests(team: Team, psql: Psql) {
  return await psql<{ session_id: string; state: string; title: string }>(
    'SELECT session_id, state, title FROM pull_request WHERE organization_id = $1',
    [uuidOf(team.id)],
  );
}

/** The sessions that held the pull request, read from the feed: each one took it over from the one before. */
function chainOf(changes: Change[]): string[] {
  const chain: string[] = [];
  for (const { type, payload } of changes) {
    const { row, from, to } = payload as { row: { session: string }; from?: string; to?: string };
    expect(type).toBe(chain.length === 0 ? 'PR_CREATED' : 'PR_SESSION_CHANGED');
    if (type === 'PR_SESSION_CHANGED') expect({ from, to }).toEqual({ from: chain.at(-1), to: row.session });
    chain.push(row.session);
  }
  return chain;
}

const OWNERSHIP = ['PR_CREATED', 'PR_SESSION_CHANGED'] as const;

describe('many sessions that claim one pull request concurrently', () => {
  it('are refused with the holder as ownerSession, except one, without allowTakeover', async ({
    team,
    anotherApp,
    psql,
  }) => {
    const sessions = await times(50, () => team.spawn());
    const claims = await claimAtOnce(team, anotherApp, sessions, false, () => '7');
    const [winner, ...more] = claims.filter(({ result }) => hasSucceeded(result));
    expect(more).toEqual([]);
    for (const { sessionId, result } of claims) {
      if (sessionId === winner?.sessionId) continue;
      expect(refused(result)).toMatchObject({
        code: 'PR_CLAIMED_BY_ACTIVE_SESSION',
        ownerSession: { id: winner?.sessionId },
      });
    }
    expect(await rowsOfPullRequests(team, psql)).toMatchObject([
      { session_id: uuidOf(winner?.sessionId ?? '') },
    ]);
    expect(
      chainOf(await team.changes({ types: ['PR_CREATED', 'PR_UPDATED', 'PR_SESSION_CHANGED'] })),
    ).toEqual([winner?.sessionId]);
  });

  it('take it over one after another, in a chain without a gap, with allowTakeover', async ({
    team,
    anotherApp,
    psql,
  }) => {
    const sessions = await times(50, () => team.spawn());
    const claims = await claimAtOnce(team, anotherApp, sessions, true, () => '7');
    const changes = await team.changes({ types: ['PR_CREATED', 'PR_UPDATED', 'PR_SESSION_CHANGED'] });
    const chain = chainOf(changes);
    expect(chain.toSorted()).toEqual(sessions.map(({ id }) => id).toSorted());
    expect(await rowsOfPullRequests(team, psql)).toMatchObject([{ session_id: uuidOf(chain.at(-1) ?? '') }]);

    for (const { sessionId, result } of claims) {
      const { requestId, takenOverFrom } = succeeded(result);
      const at = chain.indexOf(sessionId);
      expect(changes[at]?.requestId).toBe(requestId);
      expect(takenOverFrom).toEqual(at === 0 ? [] : [{ id: chain[at - 1] }]);
    }
    expect(await team.structureEvents('PR_CLAIMED')).toMatchObject(
      chain.map((to, at) => ({ payload: { from: chain[at - 1] ?? null, to } })),
    );
  });

  it('create one row when they spell the reference differently', async ({ team, anotherApp, psql }) => {
    const sessions = await times(20, () => team.spawn());
    const spellings = [
      '7',
      '#7',
      `https://github.com/${team.slug}/rocket/pull/7`,
      `HTTPS://GITHUB.COM/${team.slug.toUpperCase()}/Rocket/pull/7/`,
    ];
    const claims = await claimAtOnce(
      team,
      anotherApp,
      sessions,
      false,
      (at) => spellings[at % spellings.length] ?? '',
    );
    expect(claims.filter(({ result }) => hasSucceeded(result))).toHaveLength(1);
    expect(await rowsOfPullRequests(team, psql)).toHaveLength(1);
  });

  it('create one row when they use the old and the new name of a transferred repository', async ({
    team,
    anotherApp,
    psql,
    github,
  }) => {
    const moved = { owner: `new-${team.slug}`, repo: 'starship' };
    const project = await team.register({
      slug: 'starship',
      repoUrl: `https://github.com/${moved.owner}/starship`,
    });
    const sessions = await times(20, (at) => team.spawn(at % 2 ? {} : { projectId: project.id }));
    github.transfer({ owner: team.slug, repo: 'rocket' }, moved);
    const claims = await claimAtOnce(team, anotherApp, sessions, true, () => '7');
    expect(claims.every(({ result }) => hasSucceeded(result))).toBe(true);
    expect(await rowsOfPullRequests(team, psql)).toHaveLength(1);
  });
});

describe('concurrent claimPR and refreshPR', () => {
  it('change the holder by claims only', async ({ team, anotherApp, psql }) => {
    const sessions = await times(10, () => team.spawn());
    const first = await team.spawn();
    const { pullRequest } = succeeded(await team.claim(first.id, 7));
    const [claims] = await Promise.all([
      claimAtOnce(team, anotherApp, sessions, true, () => '7'),
      times(20, async () => {
        const { refreshPR } = await team.owner.query(RefreshPR, { input: { pullRequestId: pullRequest.id } });
        succeeded(refreshPR);
      }),
    ]);
    for (const { result } of claims) succeeded(result);
    const chain = chainOf(await team.changes({ types: [...OWNERSHIP] }));
    expect(chain.toSorted()).toEqual([first, ...sessions].map(({ id }) => id).toSorted());
    expect(await rowsOfPullRequests(team, psql)).toMatchObject([{ session_id: uuidOf(chain.at(-1) ?? '') }]);
  });
});

/** The changes of the given sessions and of their pull requests, in the order of the feed. */
async function storyOf(team: Team, sessionIds: Set<string>): Promise<Map<string, string[]>> {
  const stories = new Map<string, string[]>();
  for (const { type, payload } of await team.changes({ types: [...OWNERSHIP, 'SESSION_UPDATED'] })) {
    const { row } = payload as { row: { id: string; session?: string } };
    const sessionId = type === 'SESSION_UPDATED' ? row.id : (row.session ?? '');
    if (sessionIds.has(sessionId)) stories.set(sessionId, [...(stories.get(sessionId) ?? []), type]);
  }
  return stories;
}

describe('claimPR concurrent with the termination of the claiming session', () => {
  it('succeeds before the termination or returns SESSION_TERMINATED', async ({ team, github }) => {
    const results = await times(100, async (at) => {
      const number = 100 + at;
      team.onGitHub(number);
      const { id } = await team.spawn();
      const hold = github.holdNext({ owner: team.slug, number });
      const claiming = team.claim(id, number);
      await hold.arrived;
      hold.release();
      const [result] = await Promise.all([claiming, team.terminate(id)]);
      return { id, result };
    });
    const stories = await storyOf(team, new Set(results.map(({ id }) => id)));
    for (const { id, result } of results) {
      if (hasSucceeded(result)) {
        // The claim changes the status of the session, and then the termination does.
        expect(stories.get(id)).toEqual(['PR_CREATED', 'SESSION_UPDATED', 'SESSION_UPDATED']);
      } else {
        expect(refused(result).code).toBe('SESSION_TERMINATED');
        expect(stories.get(id)).toEqual(['SESSION_UPDATED']);
      }
    }
  });
});

describe('claimPR without allowTakeover concurrent with the termination of the holder', () => {
  it('succeeds after the termination or returns PR_CLAIMED_BY_ACTIVE_SESSION', async ({ team, github }) => {
    const results = await times(100, async (at) => {
      const number = 100 + at;
      team.onGitHub(number);
      const [owner, claimer] = [await team.spawn(), await team.spawn()];
      const { pullRequest } = succeeded(await team.claim(owner.id, number));
      const hold = github.holdNext({ owner: team.slug, number });
      const claiming = team.claim(claimer.id, number, { allowTakeover: false });
      await hold.arrived;
      hold.release();
      const [result] = await Promise.all([claiming, team.terminate(owner.id)]);
      return { owner, claimer, pullRequest, result };
    });
    const changes = await team.changes({ types: ['PR_SESSION_CHANGED', 'SESSION_UPDATED'] });
    const entityIds = changes.map(({ entityId }) => entityId);
    for (const { owner, claimer, pullRequest, result } of results) {
      const [ended, moved] = [entityIds.indexOf(owner.id), entityIds.indexOf(pullRequest.id)];
      if (hasSucceeded(result)) {
        expect(result.takenOverFrom).toEqual([{ id: owner.id }]);
        expect(changes[moved]?.payload).toMatchObject({ from: owner.id, to: claimer.id });
        expect(ended).toBeLessThan(moved);
      } else {
        expect(refused(result)).toMatchObject({
          code: 'PR_CLAIMED_BY_ACTIVE_SESSION',
          ownerSession: { id: owner.id },
        });
        expect(moved).toBe(-1);
      }
    }
  });
});

describe('claimPR that waits for the lock of its session while the project is archived', () => {
  it('returns PROJECT_NOT_RESOLVABLE', async ({ team, database, psql }) => {
    const { id } = await team.spawn();
    await using holder = await openPsql(database.url);
    await holder('BEGIN');
    await holder('SELECT FROM session WHERE id = $1 FOR UPDATE', [uuidOf(id)]);
    const claiming = team.claim(id, 7);
    await expect
      .poll(async () => {
        const waiting = await psql(
          `SELECT DISTINCT l.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE NOT l.granted AND a.datname = current_database()`,
        );
        return waiting.length;
      })
      .toBe(1);
    const input = { projectId: team.project.id };
    succeeded((await team.owner.query(ArchiveProject, { input })).archiveProject);
    await holder('COMMIT');
    expect(refused(await claiming).code).toBe('PROJECT_NOT_RESOLVABLE');
    expect(await rowsOfPullRequests(team, psql)).toEqual([]);
  });
});
