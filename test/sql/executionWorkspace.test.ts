/** What the database refuses of an execution workspace, whichever program writes. */
import { type Psql, uuidOf } from '../support/psql.ts';
import type { Team } from '../support/team.ts';
import { expect, it } from '../support/test.ts';

/** The name of the violated constraint; undefined when the statement succeeds. */
async function violated(
  psql: Psql,
  statement: string,
  values: readonly unknown[],
): Promise<string | undefined> {
  return await psql(statement, [...values]).then(
    () => undefined,
    (error: { constraint?: string; message: string }) => error.constraint ?? error.message,
  );
}

const insert = (team: Team, columns: string, values: string) =>
  [
    `INSERT INTO execution_workspace (organization_id, project_id, name, mode${columns})
     VALUES ($1, $2, 'checkout', 'ISOLATED_WORKSPACE'${values})`,
    [uuidOf(team.id), uuidOf(team.project.id)],
  ] as const;

it.for([
  [', status', ", 'ARCHIVED'", 'closed_state_consistency'],
  [', status', ", 'CLEANUP_FAILED'", 'closed_state_consistency'],
  [', closed_at', ', now()', 'closed_state_consistency'],
  [', status, closed_at', ", 'IDLE', now()", 'closed_state_consistency'],
  [', status, closed_at', ", 'CLEANUP_FAILED', now()", 'failed_cleanup_reason'],
  [', status, closed_at, cleanup_reason', ", 'ARCHIVED', now(), 'disk full'", 'failed_cleanup_reason'],
  [', cleanup_eligible_at', ', now()', 'open_without_cleanup'],
  [', cleanup_started_at', ', now()', 'open_without_cleanup'],
  [', cleanup_warnings', ", '{late}'", 'open_without_cleanup'],
  [', status, closed_at', ", 'ARCHIVED', now() - interval '1 day'", 'times_in_order'],
  [', last_used_at', ", now() - interval '1 day'", 'times_in_order'],
  [', opened_at, last_used_at', ", '-infinity', now()", 'times_in_range'],
  [', branch', ", ''", 'text_length'],
  [', cleanup_warnings', ', NULL', 'open_without_cleanup'],
] as const)('an insert of (%s) (%s) is refused', async ([columns, values, rule], { sharedTeam, psql }) => {
  const refusal = await violated(psql, ...insert(sharedTeam, columns, values));
  const expected = columns === ', cleanup_warnings' && values === ', NULL' ? 'warnings_not_null' : rule;
  expect(refusal).toBe(`execution_workspaces_${expected}`);
});

it.for([
  ["status = 'ARCHIVED'", 'closed_state_consistency'],
  ['closed_at = now()', 'closed_state_consistency'],
  ["status = 'CLEANUP_FAILED', cleanup_reason = 'disk full'", 'closed_state_consistency'],
] as const)('an update of an open one to %s is refused', async ([change, rule], { team, psql }) => {
  const { id } = await team.openExecutionWorkspace();
  const update = `UPDATE execution_workspace SET ${change} WHERE id = $1`;
  expect(await violated(psql, update, [uuidOf(id)])).toBe(`execution_workspaces_${rule}`);
});

it.for([
  ["status = 'ACTIVE'", 'closed_state_consistency'],
  ['closed_at = NULL', 'closed_state_consistency'],
  ["status = 'ACTIVE', closed_at = NULL", 'failed_cleanup_reason'],
  ["status = 'ACTIVE', closed_at = NULL, cleanup_reason = NULL", 'open_without_cleanup'],
] as const)('a reopening that leaves a stamp, as %s, is refused', async ([change, rule], { team, psql }) => {
  const { id } = await team.openExecutionWorkspace();
  await psql(
    `UPDATE execution_workspace
        SET status = 'CLEANUP_FAILED', closed_at = now(), cleanup_eligible_at = now(), cleanup_reason = 'disk full'
      WHERE id = $1`,
    [uuidOf(id)],
  );
  const update = `UPDATE execution_workspace SET ${change} WHERE id = $1`;
  expect(await violated(psql, update, [uuidOf(id)])).toBe(`execution_workspaces_${rule}`);
  const whole = `UPDATE execution_workspace
    SET status = 'ACTIVE', closed_at = NULL, cleanup_reason = NULL, cleanup_eligible_at = NULL WHERE id = $1`;
  expect(await violated(psql, whole, [uuidOf(id)])).toBeUndefined();
});

it('another program that closes and reopens raises version and generation', async ({ team, psql }) => {
  const { id } = await team.openExecutionWorkspace();
  const update = async (change: string) =>
    await psql<{ version: number; generation: number }>(
      `UPDATE execution_workspace SET ${change} WHERE id = $1 RETURNING version, generation`,
      [uuidOf(id)],
    );
  expect(await update("status = 'ARCHIVED', closed_at = now(), version = 70, generation = 9")).toEqual([
    { version: 2, generation: 1 },
  ]);
  expect(await update("status = 'ACTIVE', closed_at = NULL")).toEqual([{ version: 3, generation: 2 }]);
  expect(await update('last_used_at = now()')).toEqual([{ version: 3, generation: 2 }]);
});

it('a project has one open shared workspace', async ({ team, psql }) => {
  await team.openExecutionWorkspace({ mode: 'SHARED_WORKSPACE' });
  const second = `INSERT INTO execution_workspace (organization_id, project_id, name, mode)
    VALUES ($1, $2, 'second', 'SHARED_WORKSPACE')`;
  const ids = [uuidOf(team.id), uuidOf(team.project.id)];
  expect(await violated(psql, second, ids)).toBe('execution_workspaces_one_open_shared');
});

it('no session enters a closed one, or one of another project', async ({ team, psql }) => {
  const { id } = await team.openExecutionWorkspace();
  const session = await team.spawn();
  const other = await team.register({ slug: 'comet' });
  const stranger = await team.spawn({ projectId: other.id });
  const enter = 'UPDATE session SET execution_workspace_id = $2 WHERE id = $1';
  expect(await violated(psql, enter, [uuidOf(stranger.id), uuidOf(id)])).toBe(
    'session_execution_workspace_fkey',
  );
  await psql("UPDATE execution_workspace SET status = 'ARCHIVED', closed_at = now() WHERE id = $1", [
    uuidOf(id),
  ]);
  expect(await violated(psql, enter, [uuidOf(session.id), uuidOf(id)])).toBe(
    'session_execution_workspace_open_check',
  );
});

it('an execution workspace outlives the deletion of its session', async ({ team, psql }) => {
  const session = await team.spawn();
  const { id } = await team.openExecutionWorkspace({ sessionId: session.id });
  await psql('DELETE FROM session WHERE id = $1', [uuidOf(session.id)]);
  const rows = await psql('SELECT session_id, organization_id FROM execution_workspace WHERE id = $1', [
    uuidOf(id),
  ]);
  expect(rows).toEqual([{ session_id: null, organization_id: uuidOf(team.id) }]);
});

it.for([
  ['DELETE FROM execution_workspace', 'execution_workspace_is_kept'],
  ['TRUNCATE execution_workspace CASCADE', 'execution_workspace_is_kept'],
  ['DELETE FROM execution_workspace_note', 'execution_workspace_note_is_kept'],
  ["UPDATE execution_workspace_note SET body = 'other'", 'execution_workspace_note_is_kept'],
] as const)('%s is refused by %s', async ([statement, rule], { psql }) => {
  expect(await violated(psql, statement, [])).toBe(rule);
});
