/** Looks up workspaces and locks the tree that they are in. */
import type { Workspace } from '../../../prisma/client/client.ts';
import type { Tx } from '../../db.ts';
import { NotFoundError, WorkspaceNameTakenError, WorkspaceRemovedError } from '../../errors.ts';
import type { Act } from '../act/act.ts';

/**
 * The workspace, if the viewer sees it.
 * @param organizationId the one that it must be in, if any
 * @throws NotFoundError
 */
export async function visibleWorkspace(
  act: Act,
  workspaceId: string,
  organizationId?: string,
): Promise<Workspace> {
  const { roles } = act.viewer;
  const workspace = await act.db.prisma.workspace.findFirst({
    where: { id: workspaceId, organizationId: { in: [...roles.keys()] } },
  });
  if (!workspace || (organizationId && workspace.organizationId !== organizationId))
    throw new NotFoundError();
  return workspace;
}

/**
 * Locks the tree of an organization, before any other lock, for an act that changes its shape or who works in it. Other
 * such acts wait; heartbeats do not.
 */
export async function lockOrgTree(tx: Tx, organizationId: string): Promise<void> {
  await tx.$executeRaw`SELECT lock_org_tree(${organizationId}::uuid)`;
}

/** @throws WorkspaceRemovedError */
export async function liveWorkspace(tx: Tx, workspaceId: string): Promise<Workspace> {
  const workspace = await tx.workspace.findUniqueOrThrow({ where: { id: workspaceId } });
  if (workspace.status === 'REMOVED') throw new WorkspaceRemovedError(workspace);
  return workspace;
}

/** @throws WorkspaceNameTakenError when another live workspace below the parent has the name */
export async function assertNameIsFree(
  tx: Tx,
  place: { organizationId: string; parentId: string | null; name: string },
  exceptId?: string,
): Promise<void> {
  const sibling = await tx.workspace.findFirst({
    where: { ...place, status: { not: 'REMOVED' }, id: { not: exceptId } },
  });
  if (sibling) throw new WorkspaceNameTakenError(sibling);
}
