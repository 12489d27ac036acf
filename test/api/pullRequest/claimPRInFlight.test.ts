import type { GitHub } from '../../support/github/github.ts';
import { RefreshPR } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

let session: { id: string };
let other: { id: string };
it.beforeEach(async ({ team, github }) => {
  github.clear();
  [session, other] = [await team.spawn(), await team.spawn()];
  team.onGitHub(7);
});

async function refresh(team: Team, pullRequestId: string) {
  const { refreshPR } = await team.owner.query(RefreshPR, { input: { pullRequestId } });
  return succeeded(refreshPR).pullRequest;
}

/** Runs a mutation and delays the answer of GitHub, taken now, until `meanwhile` has finished. */
async function withSlowAnswer<Result>(
  github: GitHub,
  act: () => Promise<Result>,
  meanwhile: () => Promise<unknown>,
): Promise<Result> {
  const hold = github.holdNext();
  const acting = act();
  await hold.arrived;
  await meanwhile();
  hold.release();
  return await acting;
}

async function claimWhile(team: Team, github: GitHub, meanwhile: () => Promise<unknown>, more = {}) {
  return await withSlowAnswer(github, () => team.claim(session.id, 7, more), meanwhile);
}

/** The refusal of a claim during which `meanwhile` ran. The claim itself must write nothing. */
async function refusalWhile(team: Team, github: GitHub, meanwhile: () => Promise<unknown>, more = {}) {
  let before: unknown;
  const result = await claimWhile(
    team,
    github,
    async () => {
      await meanwhile();
      before = await team.footprint();
    },
    more,
  );
  expect(await team.footprint()).toEqual(before);
  return refused(result);
}

describe('claimPR while GitHub answers', () => {
  it('returns SESSION_TERMINATED when the claiming session is terminated', async ({ team, github }) => {
    expect((await refusalWhile(team, github, () => team.terminate(session.id))).code).toBe(
      'SESSION_TERMINATED',
    );
  });

  it('returns NOT_FOUND when the claiming session is deleted', async ({ team, psql, github }) => {
    const error = await refusalWhile(team, github, () =>
      psql('DELETE FROM session WHERE id = $1', [uuidOf(session.id)]),
    );
    expect(error.code).toBe('NOT_FOUND');
  });

  it('returns SESSION_NO_WORKSPACE when the claiming session loses its workspace', async ({
    team,
    psql,
    github,
  }) => {
    const error = await refusalWhile(team, github, () =>
      psql('UPDATE session SET workspace_path = NULL WHERE id = $1', [uuidOf(session.id)]),
    );
    expect(error.code).toBe('SESSION_NO_WORKSPACE');
  });

  it('returns PROJECT_NOT_RESOLVABLE when the project is archived', async ({ team, psql, github }) => {
    const error = await refusalWhile(team, github, () =>
      psql('UPDATE project SET archived_at = now() WHERE id = $1', [uuidOf(team.project.id)]),
    );
    expect(error.code).toBe('PROJECT_NOT_RESOLVABLE');
  });

  it('returns PR_CLAIMED_BY_ACTIVE_SESSION when another session claims first, without allowTakeover', async ({
    team,
    github,
  }) => {
    const error = await refusalWhile(team, github, () => team.claim(other.id, 7), { allowTakeover: false });
    expect(error).toMatchObject({ code: 'PR_CLAIMED_BY_ACTIVE_SESSION', ownerSession: { id: other.id } });
  });

  it('succeeds without allowTakeover when the holder is terminated', async ({ team, github }) => {
    succeeded(await team.claim(other.id, 7));
    const claimed = await claimWhile(team, github, () => team.terminate(other.id), { allowTakeover: false });
    expect(succeeded(claimed).takenOverFrom).toEqual([{ id: other.id }]);
  });

  it('takes the pull request over from the session that claimed it meanwhile', async ({ team, github }) => {
    succeeded(await team.claim(other.id, 7));
    const third = await team.spawn();
    const claimed = await claimWhile(team, github, () => team.claim(third.id, 7));
    expect(succeeded(claimed).takenOverFrom).toEqual([{ id: third.id }]);
  });

  it('returns PR_NOT_OPEN when a refresh has recorded the merge', async ({ team, github }) => {
    const { pullRequest } = succeeded(await team.claim(other.id, 7));
    const error = await refusalWhile(team, github, async () => {
      team.onGitHub(7, { state: 'MERGED', mergedAt: new Date('2026-03-02T07:00:00Z') });
      expect((await refresh(team, pullRequest.id)).state).toBe('MERGED');
    });
    expect(error).toMatchObject({ code: 'PR_NOT_OPEN', state: 'MERGED' });
  });
});

describe('a late answer of GitHub does not overwrite newer facts', () => {
  const old = { title: 'Old', checks: [{ name: 'build', conclusion: 'FAILURE' }], threads: [{ id: 'T_1' }] };
  const renewed = {
    title: 'New',
    checks: [{ name: 'build' }],
    threads: [{ id: 'T_1', isResolved: true }],
    reviewDecision: 'APPROVED',
  };
  const asRenewed = { title: 'New', ciState: 'PASSING', reviewDecision: 'APPROVED' };

  async function expectRenewed(team: Team, psql: Psql) {
    const rows = await psql(
      `SELECT p.title, c.status, t.is_resolved
         FROM pull_request p JOIN pull_request_check c ON c.pull_request_id = p.id
         JOIN pull_request_review_thread t ON t.pull_request_id = p.id
        WHERE p.organization_id = $1`,
      [uuidOf(team.id)],
    );
    expect(rows).toEqual([{ title: 'New', status: 'PASSED', is_resolved: true }]);
  }

  it('of two claims by one session', async ({ team, psql, github }) => {
    team.onGitHub(7, old);
    succeeded(await team.claim(session.id, 7));
    const late = await claimWhile(team, github, async () => {
      team.onGitHub(7, renewed);
      succeeded(await team.claim(session.id, 7));
    });
    expect(succeeded(late).pullRequest).toMatchObject(asRenewed);
    expect(await team.changes({ requestId: succeeded(late).requestId })).toEqual([]);
    await expectRenewed(team, psql);
  });

  it('of two first claims, when the later claim still takes the pull request over', async ({
    team,
    psql,
    github,
  }) => {
    team.onGitHub(7, old);
    const late = succeeded(
      await claimWhile(team, github, async () => {
        team.onGitHub(7, renewed);
        succeeded(await team.claim(other.id, 7));
      }),
    );
    expect(late).toMatchObject({ takenOverFrom: [{ id: other.id }], pullRequest: asRenewed });
    expect(await team.changes({ requestId: late.requestId })).toMatchObject([
      { type: 'PR_SESSION_CHANGED', payload: { from: other.id, to: session.id, row: asRenewed } },
      { type: 'SESSION_UPDATED' },
      { type: 'SESSION_UPDATED' },
    ]);
    await expectRenewed(team, psql);
  });

  it('of two refreshes', async ({ team, psql, github }) => {
    team.onGitHub(7, old);
    const { pullRequest } = succeeded(await team.claim(session.id, 7));
    const late = await withSlowAnswer(
      github,
      () => refresh(team, pullRequest.id),
      async () => {
        team.onGitHub(7, renewed);
        await refresh(team, pullRequest.id);
      },
    );
    expect(late).toMatchObject(asRenewed);
    await expectRenewed(team, psql);
  });

  it('of a refresh that a takeover overtook', async ({ team, psql, github }) => {
    team.onGitHub(7, old);
    const { pullRequest } = succeeded(await team.claim(session.id, 7));
    const late = await withSlowAnswer(
      github,
      () => refresh(team, pullRequest.id),
      async () => {
        team.onGitHub(7, renewed);
        succeeded(await team.claim(other.id, 7));
      },
    );
    expect(late).toMatchObject({ ...asRenewed, session: { id: other.id } });
    await expectRenewed(team, psql);
  });
});
