import type { Tx } from '../../database/db.ts';
import { liveWorkspace, lockOrgTree } from '../workspace/workspace.ts';

/**
 * Locks a workspace for an act that changes its schedules: the workspace before them, as a run and a removal do.
 * @throws WorkspaceRemovedError
 */
export async function lockSchedules(tx: Tx, organizationId: string, workspaceId: string): Promise<void> {
  await lockOrgTree(tx, organizationId);
  await tx.$queryRaw`SELECT FROM workspace WHERE id = ${workspaceId}::uuid FOR SHARE`;
  await liveWorkspace(tx, workspaceId);
}
