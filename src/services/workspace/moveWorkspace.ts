import { z } from 'zod';
import type { Workspace } from '../../../prisma/client/client.ts';
import { authorize } from '../../auth/policy.ts';
import type { Tx } from '../../database/db.ts';
import { InvalidInputError, WorkspaceCycleError, WorkspaceTooDeepError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { liveSubtrees, MAX_LEVELS } from './subtree.ts';
import { assertNameIsFree, liveWorkspace, lockOrgTree, treeOf, visibleWorkspace } from './workspace.ts';

const result = z.object({ workspaceId: z.guid() });
export type WorkspaceMove = z.output<typeof result>;

/**
 * Moves a workspace, with everything below it, to another parent; null makes it a root. A move to the current parent
 * changes nothing.
 *
 * @throws WorkspaceRemovedError when the workspace or the parent is removed
 * @throws WorkspaceCycleError
 * @throws WorkspaceTooDeepError
 * @throws WorkspaceNameTakenError
 */
export async function moveWorkspace(
  act: Act,
  { workspaceId, parentId }: { workspaceId: string; parentId?: string | null },
) {
  if (parentId === undefined) {
    throw new InvalidInputError([
      { path: 'parentId', message: 'must be given; null makes the workspace a root' },
    ]);
  }
  const { organizationId } = await visibleWorkspace(act, workspaceId);
  if (parentId !== null) await visibleWorkspace(act, parentId, organizationId, 'parentId');
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'workspace.move', organizationId),
    queue: () => [treeOf(organizationId)],
    async lock(tx) {
      await lockOrgTree(tx, organizationId);
      return {
        workspace: await liveWorkspace(tx, workspaceId),
        parent: parentId === null ? null : await liveWorkspace(tx, parentId),
      };
    },
    async write(tx, { locked: { workspace, parent } }) {
      if (workspace.parentId !== parentId) {
        await assertFits(tx, workspace, parent);
        await assertNameIsFree(tx, { organizationId, parentId, name: workspace.name }, workspaceId);
        await tx.workspace.update({ where: { id: workspaceId }, data: { parentId } });
      }
      return { workspaceId };
    },
  });
}

async function assertFits(tx: Tx, workspace: Workspace, parent: Workspace | null): Promise<void> {
  const subtree = await liveSubtrees(tx, workspace.organizationId, [workspace.id]);
  if (subtree.some(({ id }) => id === parent?.id)) throw new WorkspaceCycleError();
  const lowest = Math.max(...subtree.map(({ depth }) => depth));
  const levels = lowest - workspace.depth + 1;
  if ((parent ? parent.depth + 1 : 0) + levels > MAX_LEVELS) throw new WorkspaceTooDeepError(MAX_LEVELS);
}
