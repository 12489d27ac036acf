import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RefreshPR } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { startWork, type Work } from '../../support/work.ts';

let work: Work;
beforeAll(async () => {
  work = await startWork();
});
afterAll(() => work.close());

let team: Team;
let session: { id: string };
let other: { id: string };
beforeEach(async () => {
  work.github.clear();
  team = await work.createTeam();
  [session, other] = [await team.spawn(), await team.spawn()];
  team.onGitHub(7);
});

async function refresh(pullRequestId: string) {
  const { refreshPR } = await team.owner.query(RefreshPR, { input: { pullRequestId } });
  return succeeded(refreshPR).pullRequest;
}

/** Runs an act whose answer from GitHub, as it is now, comes only when everything `meanwhile` has happened. */
async function withSlowAnswer<Result>(
  act: () => Promise<Result>,
  meanwhile: () => Promise<unknown>,
): Promise<Result> {
  const hold = work.github.holdNext();
  const acting = act();
  await hold.arrived;
  await meanwhile();
  hold.release();
  return await acting;
}

async function claimWhile(meanwhile: () => Promise<unknown>, more = {}) {
  return await withSlowAnswer(() => team.claim(session.id, 7, more), meanwhile);
}

/** The refusal of a claim during which that happened; it writes nothing of its own. */
async function refusalWhile(meanwhile: () => Promise<unknown>, more = {}) {
  let before: unknown;
  const result = await claimWhile(async () => {
    await meanwhile();
    before = await team.footprint();
  }, more);
  expect(await team.footprint()).toEqual(before);
  return refused(result);
}

describe('while GitHub answers', () => {
  it('the claimer may be terminated', async () => {
    expect((await refusalWhile(() => team.terminate(session.id))).code).toBe('SESSION_TERMINATED');
  });

  it('the claimer may be deleted', async () => {
    const error = await refusalWhile(() =>
      work.psql('DELETE FROM session WHERE id = $1', [uuidOf(session.id)]),
    );
    expect(error.code).toBe('NOT_FOUND');
  });

  it('the claimer may lose its workspace', async () => {
    const error = await refusalWhile(() =>
      work.psql('UPDATE session SET workspace_path = NULL WHERE id = $1', [uuidOf(session.id)]),
    );
    expect(error.code).toBe('SESSION_NO_WORKSPACE');
  });

  it('the project may be archived', async () => {
    const error = await refusalWhile(() =>
      work.psql('UPDATE project SET archived_at = now() WHERE id = $1', [uuidOf(team.project.id)]),
    );
    expect(error.code).toBe('PROJECT_NOT_RESOLVABLE');
  });

  it('another session may claim first', async () => {
    const error = await refusalWhile(() => team.claim(other.id, 7), { allowTakeover: false });
    expect(error).toMatchObject({ code: 'PR_CLAIMED_BY_ACTIVE_SESSION', ownerSession: { id: other.id } });
  });

  it('the owner may be terminated, and then no takeover is needed', async () => {
    succeeded(await team.claim(other.id, 7));
    const claimed = await claimWhile(() => team.terminate(other.id), { allowTakeover: false });
    expect(succeeded(claimed).takenOverFrom).toEqual([{ id: other.id }]);
  });

  it('the owner may lose it to a third, from whom it is then taken', async () => {
    succeeded(await team.claim(other.id, 7));
    const third = await team.spawn();
    const claimed = await claimWhile(() => team.claim(third.id, 7));
    expect(succeeded(claimed).takenOverFrom).toEqual([{ id: third.id }]);
  });

  it('the pull request may be merged, when somebody has learned of that already', async () => {
    const { pullRequest } = succeeded(await team.claim(other.id, 7));
    const error = await refusalWhile(async () => {
      team.onGitHub(7, { state: 'MERGED', mergedAt: new Date('2026-03-02T07:00:00Z') });
      expect((await refresh(pullRequest.id)).state).toBe('MERGED');
    });
    expect(error).toMatchObject({ code: 'PR_NOT_OPEN', state: 'MERGED' });
  });
});

describe('older facts never overwrite newer ones', () => {
  const old = { title: 'Old', checks: [{ name: 'build', conclusion: 'FAILURE' }], threads: [{ id: 'T_1' }] };
  const renewed = {
    title: 'New',
    checks: [{ name: 'build' }],
    threads: [{ id: 'T_1', isResolved: true }],
    reviewDecision: 'APPROVED',
  };
  const asRenewed = { title: 'New', ciState: 'PASSING', reviewDecision: 'APPROVED' };

  async function expectRenewed() {
    const rows = await work.psql(
      `SELECT p.title, c.status, t.is_resolved
         FROM pull_request p JOIN pull_request_check c ON c.pull_request_id = p.id
         JOIN pull_request_review_thread t ON t.pull_request_id = p.id
        WHERE p.organization_id = $1`,
      [uuidOf(team.id)],
    );
    expect(rows).toEqual([{ title: 'New', status: 'PASSED', is_resolved: true }]);
  }

  it('of two claims by one session', async () => {
    team.onGitHub(7, old);
    succeeded(await team.claim(session.id, 7));
    const late = await claimWhile(async () => {
      team.onGitHub(7, renewed);
      succeeded(await team.claim(session.id, 7));
    });
    expect(succeeded(late).pullRequest).toMatchObject(asRenewed);
    expect(await team.changes({ requestId: succeeded(late).requestId })).toEqual([]);
    await expectRenewed();
  });

  it('of two first claims, the later of which gets it all the same', async () => {
    team.onGitHub(7, old);
    const late = succeeded(
      await claimWhile(async () => {
        team.onGitHub(7, renewed);
        succeeded(await team.claim(other.id, 7));
      }),
    );
    expect(late).toMatchObject({ takenOverFrom: [{ id: other.id }], pullRequest: asRenewed });
    expect(await team.changes({ requestId: late.requestId })).toMatchObject([
      { type: 'PR_SESSION_CHANGED', payload: { from: other.id, to: session.id, row: asRenewed } },
    ]);
    await expectRenewed();
  });

  it('of two refreshes', async () => {
    team.onGitHub(7, old);
    const { pullRequest } = succeeded(await team.claim(session.id, 7));
    const late = await withSlowAnswer(
      () => refresh(pullRequest.id),
      async () => {
        team.onGitHub(7, renewed);
        await refresh(pullRequest.id);
      },
    );
    expect(late).toMatchObject(asRenewed);
    await expectRenewed();
  });

  it('of a refresh and the takeover that overtook it', async () => {
    team.onGitHub(7, old);
    const { pullRequest } = succeeded(await team.claim(session.id, 7));
    const late = await withSlowAnswer(
      () => refresh(pullRequest.id),
      async () => {
        team.onGitHub(7, renewed);
        succeeded(await team.claim(other.id, 7));
      },
    );
    expect(late).toMatchObject({ ...asRenewed, session: { id: other.id } });
    await expectRenewed();
  });
});
