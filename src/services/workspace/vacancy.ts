import type { Tx } from '../../database/db.ts';
import { WorkspaceOccupiedError } from '../../errors/errors.ts';
import { liveWorkspace, lockOrgTree } from './workspace.ts';

/** A workspace that an agent can be hired for. An external workspace has no container. */
export type Vacancy = { id: string; name: string; isExternal: boolean };

/**
 * Locks the tree and returns the workspace, which stays live and vacant until the transaction ends.
 * @throws WorkspaceRemovedError
 * @throws WorkspaceOccupiedError
 */
export async function lockVacancy(tx: Tx, organizationId: string, workspaceId: string): Promise<Vacancy> {
  await lockOrgTree(tx, organizationId);
  const { id, name } = await liveWorkspace(tx, workspaceId);
  const agent = await tx.agent.findFirst({ where: { workspaceId, status: { not: 'STOPPED' } } });
  if (agent) throw new WorkspaceOccupiedError(agent);
  const [row] = await tx.$queryRaw<{ isExternal: boolean }[]>`
    SELECT is_external_workspace(runtime, spec) AS "isExternal" FROM workspace WHERE id = ${id}::uuid`;
  return { id, name, isExternal: row?.isExternal ?? false };
}
