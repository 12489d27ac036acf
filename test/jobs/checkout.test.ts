/** The checkouts of execution workspaces, from the opening to the cleanup, with git. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { close, reopen, retryCleanup } from '../api/executionWorkspace/acts.ts';
import { graphql } from '../graphql/gql.ts';
import { type Checkouts, makeCheckouts } from '../support/checkouts.ts';
import { until } from '../support/feed.ts';
import { hasQueues, setRetries } from '../support/jobs.ts';
import { refused, succeeded } from '../support/outcome.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, test } from '../support/test.ts';

const ReadinessWithCheckout = graphql(`
  query ReadinessWithCheckout($id: ID!) {
    node(id: $id) {
      ... on ExecutionWorkspace {
        closeReadiness {
          ...Readiness
        }
      }
    }
  }
`);

const it = test
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads a fixture's dependencies from this pattern.
  .extend('checkouts', { scope: 'file' }, async ({}, { onCleanup }) => {
    const checkouts = await makeCheckouts();
    onCleanup(checkouts.close);
    return checkouts;
  })
  .extend('config', { scope: 'file' }, ({ checkouts }) => ({ runtime: checkouts.runtime }));
it.beforeAll(async ({ app: _, psql }) => {
  await until(() => hasQueues(psql));
  await setRetries(psql, 'checkout.cleanup', 1);
});
it.afterEach(async ({ checkouts }) => {
  for (const verb of ['create', 'inspect', 'save', 'remove']) await checkouts.before(`checkout-${verb}`);
});

type Row = {
  status: string;
  generation: number;
  provider_ref: string | null;
  cleanup_eligible_at: Date | null;
  cleanup_reason: string | null;
  cleanup_warnings: string[];
};

async function rowOf(psql: Psql, id: string): Promise<Row> {
  const [row] = await psql<Row>('SELECT * FROM execution_workspace WHERE id = $1', [uuidOf(id)]);
  if (!row) throw new Error('There is no such execution workspace.');
  return row;
}

/** Opens an isolated execution workspace, and waits for its checkout. */
async function openWithCheckout(
  { team, psql, checkouts }: { team: Team; psql: Psql; checkouts: Checkouts },
  branch?: string,
): Promise<{ id: string; ref: string; dir: string }> {
  await checkouts.makeRepository(`${team.slug}/rocket`);
  const { id, provider } = await team.openExecutionWorkspace({ branch });
  expect(provider).toBe('GIT_WORKTREE');
  return { id, ...(await checkoutOf({ psql, checkouts }, id)) };
}

async function checkoutOf({ psql, checkouts }: { psql: Psql; checkouts: Checkouts }, id: string) {
  await until(async () => (await rowOf(psql, id)).provider_ref !== null);
  const ref = (await rowOf(psql, id)).provider_ref ?? '';
  return { ref, dir: checkouts.directory(ref) };
}

const isCleanedUp = async (psql: Psql, id: string) => {
  const { status, cleanup_eligible_at } = await rowOf(psql, id);
  return status === 'ARCHIVED' && cleanup_eligible_at === null;
};
const hasFailed = async (psql: Psql, id: string) => (await rowOf(psql, id)).status === 'CLEANUP_FAILED';

async function readinessOf(team: Team, id: string) {
  const { node } = await team.owner.query(ReadinessWithCheckout, { id });
  return node && 'closeReadiness' in node ? node.closeReadiness : undefined;
}

describe('a clean checkout', () => {
  it('is created at the opening and removed after the close, and its branch stays', async ({
    team,
    psql,
    checkouts,
  }) => {
    const { id, ref, dir } = await openWithCheckout({ team, psql, checkouts }, 'fix-login');
    expect(checkouts.git(dir, 'branch', '--show-current')).toBe('fix-login');
    expect(await readinessOf(team, id)).toEqual({
      state: 'READY',
      blockingReasons: [],
      warnings: [],
      plannedActions: ['ARCHIVE_RECORD', 'REMOVE_CHECKOUT'],
    });

    const { executionWorkspace } = succeeded(await close(team, { id }));
    expect(executionWorkspace.cleanupEligibleAt).toBe(executionWorkspace.closedAt);
    await until(() => isCleanedUp(psql, id));
    expect(checkouts.exists(ref)).toBe(false);
    expect(await rowOf(psql, id)).toMatchObject({ provider_ref: null, cleanup_warnings: [] });
    expect(checkouts.git(checkouts.clone(team), 'branch', '--list', 'fix-login')).toContain('fix-login');
    const changes = (await team.changes()).filter(({ entityId }) => entityId === id);
    expect(changes.at(-1)).toMatchObject({
      type: 'EXECUTION_WORKSPACE_UPDATED',
      actor: { kind: 'SYSTEM', name: 'checkout.cleanup' },
      payload: { changed: ['cleanupEligibleAt'], row: { version: 2 } },
    });
  });

  it('with commits that are merged nowhere is closed only with a warning', async ({
    team,
    psql,
    checkouts,
  }) => {
    const { id, dir } = await openWithCheckout({ team, psql, checkouts }, 'ahead');
    checkouts.git(dir, 'commit', '--quiet', '--allow-empty', '--message', 'Work');
    expect(refused(await close(team, { id }))).toMatchObject({
      code: 'CLOSE_BLOCKED',
      readiness: { state: 'READY_WITH_WARNINGS', warnings: ['UNMERGED_COMMITS'] },
    });
  });

  it('whose pull request was merged by squashing is READY, though git finds it unmerged', async ({
    team,
    psql,
    checkouts,
  }) => {
    const { id, dir } = await openWithCheckout({ team, psql, checkouts }, 'squashed');
    checkouts.git(dir, 'commit', '--quiet', '--allow-empty', '--message', 'Work');
    const session = await team.spawn({ executionWorkspaceId: id });
    team.onGitHub(7);
    succeeded(await team.claim(session.id, 7));
    await team.terminate(session.id);
    await psql(
      `UPDATE pull_request SET state = 'MERGED', merged_at = now(), source_branch = 'squashed', head_sha = $2
        WHERE session_id = $1`,
      [uuidOf(session.id), checkouts.git(dir, 'rev-parse', 'HEAD')],
    );
    expect(await readinessOf(team, id)).toMatchObject({ state: 'READY' });
    checkouts.git(dir, 'commit', '--quiet', '--allow-empty', '--message', 'Afterthought');
    // The close asks the runtime anew.
    expect(refused(await close(team, { id }))).toMatchObject({
      readiness: { warnings: ['UNMERGED_COMMITS'] },
    });
  });
});

describe('a checkout with uncommitted work', () => {
  it('is saved to a branch before it is removed', async ({ team, psql, checkouts }) => {
    const { id, ref, dir } = await openWithCheckout({ team, psql, checkouts }, 'dirty');
    await writeFile(join(dir, 'notes.txt'), 'half done\n');
    expect(refused(await close(team, { id }))).toMatchObject({
      code: 'CLOSE_BLOCKED',
      readiness: {
        state: 'READY_WITH_WARNINGS',
        warnings: ['UNCOMMITTED_WORK'],
        plannedActions: ['ARCHIVE_RECORD', 'SAVE_TO_BRANCH', 'REMOVE_CHECKOUT'],
      },
    });
    expect(checkouts.exists(ref)).toBe(true);

    succeeded(await close(team, { id, acceptWarnings: true }));
    await until(() => isCleanedUp(psql, id));
    expect(checkouts.exists(ref)).toBe(false);
    const branch = `muster/${uuidOf(id).slice(-12)}-1`;
    expect((await rowOf(psql, id)).cleanup_warnings).toEqual([
      `Uncommitted work was saved to the branch ${branch}.`,
    ]);
    expect(checkouts.git(checkouts.clone(team), 'show', `${branch}:notes.txt`)).toBe('half done');
  });

  it('that cannot be saved is never removed, and the retry goes on', async ({ team, psql, checkouts }) => {
    const { id, ref, dir } = await openWithCheckout({ team, psql, checkouts }, 'stuck');
    await writeFile(join(dir, 'notes.txt'), 'half done\n');
    await checkouts.before('checkout-save', 'echo "secret on disk" >&2; exit 1');
    succeeded(await close(team, { id, acceptWarnings: true }));
    await until(() => hasFailed(psql, id));
    expect(checkouts.exists(ref)).toBe(true);
    expect((await rowOf(psql, id)).cleanup_reason).toBe(
      'The checkout could not be saved to a branch. The output of the job says why.',
    );

    await checkouts.before('checkout-save');
    const { executionWorkspace } = succeeded(await retryCleanup(team, { id }));
    expect(executionWorkspace).toMatchObject({ status: 'ARCHIVED', cleanupReason: null });
    await until(() => isCleanedUp(psql, id));
    expect(checkouts.exists(ref)).toBe(false);
  });
});

it('a reopening after a failed cleanup gets another checkout, and the old one is removed', async ({
  team,
  psql,
  checkouts,
}) => {
  const { id, ref } = await openWithCheckout({ team, psql, checkouts }, 'failed');
  await checkouts.before('checkout-remove', 'exit 1');
  succeeded(await close(team, { id }));
  await until(() => hasFailed(psql, id));
  await checkouts.before('checkout-remove');
  const { executionWorkspace } = succeeded(await reopen(team, { id }));
  expect(executionWorkspace).toMatchObject({ status: 'ACTIVE', generation: 2, cleanupReason: null });
  await until(async () => !checkouts.exists(ref));
  const next = await checkoutOf({ psql, checkouts }, id);
  expect(next.ref).not.toBe(ref);
  expect(checkouts.exists(next.ref)).toBe(true);
});

describe('a directory that is', () => {
  it('not a git repository is kept, and the cleanup succeeds', async ({ team, psql, checkouts }) => {
    const { id, ref } = await openWithCheckout({ team, psql, checkouts }, 'plain');
    await checkouts.before('checkout-inspect', `echo '{"repository":false}'; exit 0`);
    expect(await readinessOf(team, id)).toMatchObject({
      warnings: ['NOT_A_REPOSITORY'],
      plannedActions: ['ARCHIVE_RECORD'],
    });
    succeeded(await close(team, { id, acceptWarnings: true }));
    await until(() => isCleanedUp(psql, id));
    expect(checkouts.exists(ref)).toBe(true);
    expect((await rowOf(psql, id)).cleanup_warnings).toEqual([
      expect.stringContaining('not a git repository'),
    ]);
  });

  it('given at the opening is neither inspected nor removed', async ({ team, psql, checkouts }) => {
    const { id, provider } = await team.openExecutionWorkspace({ workspacePath: '/srv/rocket' });
    expect(provider).toBe('LOCAL_FS');
    const before = await checkouts.calls();
    expect(await readinessOf(team, id)).toMatchObject({ state: 'READY', plannedActions: ['ARCHIVE_RECORD'] });
    succeeded(await close(team, { id }));
    expect(await isCleanedUp(psql, id)).toBe(true);
    const jobs = await psql(`SELECT FROM pgboss.job WHERE data ->> 'executionWorkspaceId' = $1`, [
      uuidOf(id),
    ]);
    expect(jobs).toEqual([]);
    expect(await checkouts.calls()).toEqual(before);
  });
});

it('a runtime that does not answer is a warning, and closes nothing', async ({ team, psql, checkouts }) => {
  const { id } = await openWithCheckout({ team, psql, checkouts }, 'silent');
  await checkouts.before('checkout-inspect', 'exit 1');
  expect(refused(await close(team, { id }))).toMatchObject({ readiness: { warnings: ['CHECKOUT_UNKNOWN'] } });
});

it('a reopening during the cleanup gets another checkout, and the late outcome is ignored', async ({
  team,
  psql,
  checkouts,
}) => {
  const { id, ref } = await openWithCheckout({ team, psql, checkouts }, 'late');
  await checkouts.before(
    'checkout-remove',
    'touch "$dir/removing"; while [ ! -f "$dir/go-on" ]; do sleep 0.05; done',
  );
  succeeded(await close(team, { id }));
  await until(async () => checkouts.exists('removing'));

  const { executionWorkspace } = succeeded(await reopen(team, { id }));
  expect(executionWorkspace).toMatchObject({
    status: 'ACTIVE',
    generation: 2,
    closedAt: null,
    cleanupEligibleAt: null,
    cleanupReason: null,
  });
  await checkouts.touch('go-on');
  await until(async () => !checkouts.exists(ref));
  const next = await checkoutOf({ psql, checkouts }, id);
  expect(next.ref).not.toBe(ref);
  const isDone = async () =>
    (
      await psql(
        `SELECT FROM pgboss.job WHERE name = 'checkout.cleanup' AND state = 'completed'
              AND data ->> 'executionWorkspaceId' = $1`,
        [uuidOf(id)],
      )
    ).length === 1;
  await until(isDone);
  expect(await rowOf(psql, id)).toMatchObject({ status: 'ACTIVE', generation: 2, provider_ref: next.ref });
  expect(checkouts.exists(next.ref)).toBe(true);
});
