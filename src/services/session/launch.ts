/** The start of a session's process. */
import { randomBytes } from 'node:crypto';
import type { Tx } from '../../database/db.ts';

/** Relative to the directory in which the runtime keeps its workspaces. */
export function allotWorkspacePath(projectSlug: string): string {
  return `workspaces/${projectSlug}/${randomBytes(6).toString('hex')}`;
}

/**
 * Has a session start anew: live, idle, without a first signal, and under a new launch id, so that reports of its earlier
 * process are ignored.
 *
 * @param prompt absent: it keeps the one that it has
 */
export async function relaunchSession(tx: Tx, sessionId: string, prompt?: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE session
       SET is_terminated = false, activity_state = 'IDLE', activity_last_at = clock_timestamp(),
           first_signal_at = NULL, last_heard_at = NULL, no_signal_at = NULL, severe_silence_at = NULL, launch_id = gen_random_uuid(),
           prompt = coalesce(${prompt ?? null}, prompt)
     WHERE id = ${sessionId}::uuid`;
}
