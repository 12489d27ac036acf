/** Workspaces whose heartbeats have stopped are marked OFFLINE, by a job. */
import { until } from '../support/feed.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import { expect, test } from '../support/test.ts';

const it = test.extend('config', { scope: 'file' }, { tuning: { everySeconds: { 'workspace.silence': 1 } } });

const heardFrom = (psql: Psql, id: string, secondsAgo: number, status = 'ONLINE') =>
  psql(
    `UPDATE workspace SET last_heartbeat_at = now() - make_interval(secs => $2), status = $3::workspace_status,
            active_tasks = 1 WHERE id = $1`,
    [uuidOf(id), secondsAgo, status],
  );

const statusOf = async (psql: Psql, id: string) =>
  (await psql<{ status: string }>('SELECT status FROM workspace WHERE id = $1', [uuidOf(id)]))[0]?.status;

it('only workspaces without a heartbeat for 180 seconds are OFFLINE, by the system', async ({
  team,
  psql,
}) => {
  const [silent, degraded, heard, never] = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const { id } = await team.addWorkspace();
      await team.employ({ workspaceId: id });
      return id;
    }),
  );
  await psql('BEGIN');
  await heardFrom(psql, silent ?? '', 181);
  await heardFrom(psql, degraded ?? '', 181, 'DEGRADED');
  await heardFrom(psql, heard ?? '', 100);
  await psql('COMMIT');
  await until(async () => (await statusOf(psql, silent ?? '')) === 'OFFLINE');
  await until(async () => (await statusOf(psql, degraded ?? '')) === 'OFFLINE');
  expect(await statusOf(psql, heard ?? '')).toBe('ONLINE');
  expect(await statusOf(psql, never ?? '')).toBe('ONLINE');
  const changes = await team.changes({ types: ['WORKSPACE_UPDATED'] });
  expect(changes.filter(({ entityId }) => entityId === silent).at(-1)).toMatchObject({
    actor: { kind: 'SYSTEM', name: 'workspace.silence' },
    payload: { changed: ['activeTasks', 'status'], row: { status: 'OFFLINE', activeTasks: 0 } },
  });
});
