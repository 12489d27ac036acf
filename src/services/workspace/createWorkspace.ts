import { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import { WorkspaceTooDeepError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { validate } from '../act/input.ts';
import { MAX_LEVELS } from './subtree.ts';
import { assertNameIsFree, liveWorkspace, lockOrgTree, treeOf, visibleWorkspace } from './workspace.ts';
import { columnsFor, workspaceFields, workspaceName } from './workspaceInput.ts';

export const createWorkspaceInput = workspaceFields.extend({ name: workspaceName });

const result = z.object({ workspaceId: z.guid() });
export type WorkspaceCreation = z.output<typeof result>;

/**
 * Adds a vacant workspace to the tree. `hireAgent` fills it.
 * @throws WorkspaceRemovedError when the parent is removed
 * @throws WorkspaceTooDeepError
 * @throws WorkspaceNameTakenError
 */
export async function createWorkspace(
  act: Act,
  {
    organizationId,
    parentId = null,
    ...input
  }: { organizationId: string; parentId?: string | null } & z.input<typeof createWorkspaceInput>,
) {
  const { name, ...fields } = validate(createWorkspaceInput, input);
  if (parentId !== null) await visibleWorkspace(act, parentId, organizationId, 'parentId');
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'workspace.create', organizationId),
    queue: () => [treeOf(organizationId)],
    async lock(tx) {
      await lockOrgTree(tx, organizationId);
      return parentId === null ? null : await liveWorkspace(tx, parentId);
    },
    async write(tx, { locked: parent }) {
      if (parent && parent.depth + 1 >= MAX_LEVELS) throw new WorkspaceTooDeepError(MAX_LEVELS);
      await assertNameIsFree(tx, { organizationId, parentId, name });
      const { id } = await tx.workspace.create({
        data: { organizationId, parentId, name, ...columnsFor(fields) },
      });
      return { workspaceId: id };
    },
  });
}
