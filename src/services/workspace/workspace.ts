/** Finds workspaces and locks the tree of an organization. */
import type { Workspace } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import { NotFoundError, WorkspaceNameTakenError, WorkspaceRemovedError } from '../../errors/errors.ts';
import type { Act } from '../act/act.ts';

/**
 * Returns a workspace of an organization that the viewer belongs to.
 * @param organizationId the organization that the workspace must belong to, if only one is allowed
 * @param field the input field that names the workspace
 * @throws NotFoundError
 */
export async function visibleWorkspace(
  act: Act,
  workspaceId: string,
  organizationId?: string,
  field = 'workspaceId',
): Promise<Workspace> {
  const { roles } = act.viewer;
  if (organizationId && !roles.has(organizationId)) throw new NotFoundError('organizationId');
  const workspace = await act.db.prisma.workspace.findFirst({
    where: { id: workspaceId, organizationId: { in: [...roles.keys()] } },
  });
  if (!workspace || (organizationId && workspace.organizationId !== organizationId))
    throw new NotFoundError(field);
  return workspace;
}

/** The name of an organization's tree in the queue of the acts that lock it. */
export function treeOf(organizationId: string): string {
  return `tree ${organizationId}`;
}

/**
 * Locks the tree of an organization until the transaction ends. An act that changes the tree or the agents in it takes
 * this lock before any other. Such acts run one after another. Heartbeats do not take the lock.
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
