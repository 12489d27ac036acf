/** Execution workspaces that the sweeper finds due, or does not. */
import { until } from './feed.ts';
import { type Psql, uuidOf } from './psql.ts';
import type { Team } from './team.ts';

export const statusOf = async (psql: Psql, id: string) =>
  (await psql<{ status: string }>('SELECT status FROM execution_workspace WHERE id = $1', [uuidOf(id)]))[0]
    ?.status;

/** As if it had been used last, and its sessions had been active last, so long ago. */
export async function age(psql: Psql, id: string, interval: string): Promise<void> {
  await psql(`UPDATE session SET activity_last_at = now() - $2::interval WHERE execution_workspace_id = $1`, [
    uuidOf(id),
    interval,
  ]);
  await psql(
    `UPDATE execution_workspace SET opened_at = now() - interval '30 days', last_used_at = now() - $2::interval
      WHERE id = $1`,
    [uuidOf(id), interval],
  );
}

/** One whose sessions have all ended. */
export async function ended(team: Team): Promise<{ id: string; sessionId: string }> {
  const session = await team.spawn();
  const { id } = await team.openExecutionWorkspace({ sessionId: session.id });
  await team.terminate(session.id);
  return { id, sessionId: session.id };
}

/** A sweep that began after now has looked at everything: it has closed one that is due. */
export async function swept(team: Team, psql: Psql): Promise<void> {
  const { id } = await team.openExecutionWorkspace({ name: 'marker' });
  await age(psql, id, '8 days');
  await until(async () => (await statusOf(psql, id)) === 'ARCHIVED');
}
