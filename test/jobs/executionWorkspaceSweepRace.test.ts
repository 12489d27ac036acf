/** A sweep beside a restore. No process works on jobs until the test starts one. */
import { age, ended, statusOf, swept } from '../support/executionWorkspaces.ts';
import { openPsql, uuidOf } from '../support/psql.ts';
import { expect, test } from '../support/test.ts';

const it = test.extend(
  'config',
  { scope: 'file' },
  { jobs: false, tuning: { everySeconds: { 'executionWorkspace.sweep': 1 } } },
);

it('a session that becomes live during a sweep keeps its execution workspace open', async ({
  app,
  team,
  psql,
  database,
}) => {
  const { id, sessionId } = await ended(team);
  await age(psql, id, '20 days');
  await using other = await openPsql(database.url);
  await other('BEGIN');
  await other('UPDATE session SET is_terminated = false WHERE id = $1', [uuidOf(sessionId)]);
  const worker = await app.startAnother({ jobs: true });
  // The sweep sees the session as terminated, and skips the row that the restore holds.
  await swept(team, psql);
  expect(await statusOf(psql, id)).toBe('ACTIVE');
  await other('COMMIT');
  await swept(team, psql);
  expect(await statusOf(psql, id)).toBe('ACTIVE');
  await worker.close();
});
