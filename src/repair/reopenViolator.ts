/** Reopens a violator that a live session uses: its closed_at was wrong. */
import pg from 'pg';
import { ACTOR, inTransaction, type RepairSession } from './session.ts';
import { CLOSED_AT, IS_LIVE, type LiveViolator, violates } from './violators.ts';

/** At most one SHARED_WORKSPACE of a project is open. */
const ONE_OPEN_SHARED = 'execution_workspaces_one_open_shared';

/** Whether it was reopened. The log says why it was not. */
export async function reopenViolator(
  session: RepairSession,
  rule: string,
  { id, name }: LiveViolator,
): Promise<boolean> {
  const obstacle = await inTransaction(session, 'reopen', () => reopen(session.client, rule, id)).catch(
    (error: unknown) => {
      if (error instanceof pg.DatabaseError && error.constraint === ONE_OPEN_SHARED) {
        return 'its project has another open SHARED_WORKSPACE';
      }
      throw error;
    },
  );
  if (obstacle !== undefined) session.log(`reopen: ${name} (${id}) stays, because ${obstacle}`);
  return obstacle === undefined;
}

type Row = { status: string; closed_at: Date | null; cleanup_started_at: Date | null };

/** What is in the way, or undefined when it was reopened. */
async function reopen(client: pg.Client, rule: string, id: string): Promise<string | undefined> {
  await client.query('SELECT FROM execution_workspace WHERE id = $1 FOR NO KEY UPDATE', [id]);
  const { rows } = await client.query<Row>(
    `SELECT status, closed_at, cleanup_started_at FROM execution_workspace w
      WHERE id = $1 AND ${violates(rule)} AND ${IS_LIVE}`,
    [id],
  );
  const [before] = rows;
  if (before === undefined) return 'it has changed meanwhile';
  // The cleanup may be removing the directory in which the session works.
  if (before.cleanup_started_at !== null) return 'its cleanup has begun';
  if (before.closed_at === null) {
    // Only a row with closed_at gets a new generation when it is reopened, by which a late cleanup is told.
    await client.query(`UPDATE execution_workspace w SET closed_at = ${CLOSED_AT} WHERE id = $1`, [id]);
  }
  await client.query(
    `WITH reopened AS (
       UPDATE execution_workspace
          SET closed_at = NULL, status = $2, cleanup_eligible_at = NULL, cleanup_reason = NULL, cleanup_warnings = '{}'
        WHERE id = $1 RETURNING *
     )
     INSERT INTO structure_event (organization_id, type, subject_type, subject_id, actor_kind, actor_name, payload)
     SELECT organization_id, 'execution_workspace.reopened', 'ExecutionWorkspace', id, $3, $4,
            jsonb_build_object('name', name, 'mode', mode, 'generation', generation, 'repaired', true,
                               'status_before', $5::text, 'closed_at_before', date_time($6))
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
  return undefined;
}
