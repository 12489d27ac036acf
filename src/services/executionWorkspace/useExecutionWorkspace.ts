/** The work of sessions in an execution workspace. */
import type { ExecutionWorkspace } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import { ExecutionWorkspaceClosedError } from '../../errors/errors.ts';
import { lockExecutionWorkspace } from './executionWorkspace.ts';
import { isClosedIsolated, statusAfter } from './statusRule.ts';

/** Agents report every few seconds. The time of the last use need not be that exact. */
const TOUCH_MS = 60_000;

/**
 * Locks the execution workspace that a session is to enter.
 * @throws ExecutionWorkspaceClosedError
 */
export async function lockToEnter(tx: Tx, id: string): Promise<ExecutionWorkspace> {
  const workspace = await lockExecutionWorkspace(tx, id);
  if (workspace.closedAt) throw new ExecutionWorkspaceClosedError(workspace);
  return workspace;
}

/** Records that a session has entered. Call it under the lock of `lockToEnter`. */
export async function enter(tx: Tx, workspace: ExecutionWorkspace): Promise<void> {
  await touch(tx, workspace, statusAfter('enter', workspace));
}

/**
 * Records that a session works in its execution workspace. Of the work of one minute, it writes the first only, unless
 * the workspace is idle and the session says that it is at work.
 *
 * @throws ExecutionWorkspaceClosedError when it is isolated and closed
 */
export async function use(
  tx: Tx,
  { executionWorkspaceId }: { executionWorkspaceId: string | null },
  { isAtWork }: { isAtWork: boolean },
): Promise<void> {
  if (executionWorkspaceId === null) return;
  // Without a lock: the session is live, and no act closes an execution workspace with a live session.
  const seen = await tx.executionWorkspace.findUniqueOrThrow({ where: { id: executionWorkspaceId } });
  assertWorkable(seen);
  if (seen.closedAt || !isDue(seen, isAtWork)) return;
  const workspace = await lockExecutionWorkspace(tx, executionWorkspaceId);
  // Another program may have closed it meanwhile.
  assertWorkable(workspace);
  if (workspace.closedAt) return;
  await touch(tx, workspace, isAtWork ? statusAfter('use', workspace) : workspace.status);
}

function assertWorkable(workspace: ExecutionWorkspace): void {
  if (isClosedIsolated(workspace)) throw new ExecutionWorkspaceClosedError(workspace);
}

function isDue({ status, lastUsedAt }: ExecutionWorkspace, isAtWork: boolean): boolean {
  return (isAtWork && status === 'IDLE') || Date.now() - lastUsedAt.getTime() > TOUCH_MS;
}

async function touch(tx: Tx, { id }: ExecutionWorkspace, status: ExecutionWorkspace['status']) {
  await tx.$executeRaw`
    UPDATE execution_workspace
       SET status = ${status}::execution_workspace_status, last_used_at = greatest(last_used_at, clock_timestamp())
     WHERE id = ${id}::uuid`;
}
