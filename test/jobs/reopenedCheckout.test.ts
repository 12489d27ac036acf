/** Cleanups that begin after their execution workspace was reopened. No process works on jobs until the test starts one. */
import { close, reopen } from '../api/executionWorkspace/acts.ts';
import { makeCheckouts } from '../support/checkouts.ts';
import { until } from '../support/feed.ts';
import { succeeded } from '../support/outcome.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import { expect, test } from '../support/test.ts';

const it = test
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads a fixture's dependencies from this pattern.
  .extend('checkouts', { scope: 'file' }, async ({}, { onCleanup }) => {
    const checkouts = await makeCheckouts();
    onCleanup(checkouts.close);
    return checkouts;
  })
  .extend('config', { scope: 'file' }, ({ checkouts }) => ({ runtime: checkouts.runtime, jobs: false }));

const cleanups = async (psql: Psql, id: string) =>
  await psql<{ generation: number; state: string; outcome: string | null }>(
    `SELECT (data ->> 'generation')::int AS generation, state, output ->> 'outcome' AS outcome FROM pgboss.job
      WHERE name = 'checkout.cleanup' AND data ->> 'executionWorkspaceId' = $1 ORDER BY created_on, id`,
    [uuidOf(id)],
  );

it('an older generation keeps its checkout, and only the cleanup of the last close happens', async ({
  team,
  app,
  psql,
  checkouts,
}) => {
  const [open, closed] = [await team.openExecutionWorkspace(), await team.openExecutionWorkspace()];
  for (const { id } of [open, closed]) {
    await psql(
      "UPDATE execution_workspace SET provider_ref = path, provider = 'GIT_WORKTREE' WHERE id = $1",
      [uuidOf(id)],
    );
    succeeded(await close(team, { id, acceptWarnings: true }));
    succeeded(await reopen(team, { id }));
  }
  succeeded(await close(team, { id: closed.id, acceptWarnings: true }));
  const before = (await checkouts.calls()).length;

  const worker = await app.startAnother({ jobs: true });
  const isDone = async (id: string) => (await cleanups(psql, id)).every(({ state }) => state === 'completed');
  await until(() => isDone(open.id));
  await until(() => isDone(closed.id));
  await worker.close();

  const nothing = 'There is nothing to clean up any more.';
  expect(await cleanups(psql, open.id)).toMatchObject([{ generation: 1, outcome: nothing }]);
  expect(await cleanups(psql, closed.id)).toMatchObject([
    { generation: 1, outcome: nothing },
    { generation: 2, outcome: 'The checkout is removed.' },
  ]);
  // The directory was never made, so one inspection is all that the program was asked for.
  const calls = (await checkouts.calls()).slice(before).filter((verb) => verb !== 'checkout-create');
  expect(calls).toEqual(['checkout-inspect']);
  const rows = await psql(
    'SELECT provider_ref IS NULL AS is_gone, cleanup_warnings FROM execution_workspace WHERE id = ANY($1) ORDER BY id',
    [[uuidOf(open.id), uuidOf(closed.id)]],
  );
  expect(rows).toEqual([
    { is_gone: false, cleanup_warnings: [] },
    { is_gone: true, cleanup_warnings: ['The checkout was gone already.'] },
  ]);
});
