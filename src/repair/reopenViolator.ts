/** Reopens a violator that a live session uses, as the act reopenExecutionWorkspace would. */
import pg from 'pg';
import { ACTOR, inTransaction, type RepairSession } from './session.ts';
import { CLOSED_AT, IS_LIVE, type LiveViolator, violates } from './violators.ts';

/** At most one SHARED_WORKSPACE of a project is open. */
const ONE_OPEN_SHARED = 'execution_workspaces_one_open_shared';

/** Whether it was reopened. It was not when its sessions have ended meanwhile, or when another row is in the way. */
export async function reopenViolator(
  session: RepairSession,
  rule: string,
  { id, name }: LiveViolator,
): Promise<boolean> {
  try {
    return await inTransaction(session, 'reopen', () => reopen(session.client, rule, id));
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.constraint !== ONE_OPEN_SHARED) throw error;
    session.log(`reopen: ${name} (${id}) stays, because its project has another open SHARED_WORKSPACE`);
    return false;
  }
}

async function reopen(client: pg.Client, rule: string, id: string): Promise<boolean> {
  await client.query('SELECT FROM execution_workspace WHERE id = $1 FOR NO KEY UPDATE', [id]);
  const { rows } = await client.query<{ status: string; closed_at: Date | null }>(
    `SELECT status, closed_at FROM execution_workspace w WHERE id = $1 AND ${violates(rule)} AND ${IS_LIVE}`,
    [id],
  );
  const [before] = rows;
  if (before === undefined) return false;
  if (before.closed_at === null) {
    // Only a row that has closed_at gets a new generation when it is reopened, and a late cleanup of the old one is refused.
    await client.query(`UPDATE execution_workspace w SET closed_at = ${CLOSED_AT} WHERE id = $1`, [id]);
  }
  await client.query(
    `WITH reopened AS (
       UPDATE execution_workspace
          SET closed_at = NULL, status = $2, cleanup_eligible_at = NULL, cleanup_reason = NULL, cleanup_warnings = '{}'
        WHERE id = $1 RETURNING organization_id, id
     )
     INSERT INTO structure_event (organization_id, type, subject_type, subject_id, actor_kind, actor_name, payload)
     SELECT organization_id, 'execution_workspace.reopened', 'ExecutionWorkspace', id, $3, $4,
            jsonb_build_object('repaired', true, 'status_before', $5::text, 'closed_at_before', date_time($6))
       FROM reopened`,
    [
      id,
      before.closed_at === null ? 'ACTIVE' : before.status,
      ACTOR.kind,
      ACTOR.name,
      before.status,
      before.closed_at,
    ],
  );
  return true;
}
