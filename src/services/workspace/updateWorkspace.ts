import { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import { type Act, perform } from '../act/act.ts';
import { validate } from '../act/input.ts';
import { assertNameIsFree, liveWorkspace, lockOrgTree, treeOf, visibleWorkspace } from './workspace.ts';
import { columnsFor, workspaceFields, workspaceName } from './workspaceInput.ts';

export const updateWorkspaceInput = workspaceFields.extend({ name: workspaceName.nullish() });

const result = z.object({ workspaceId: z.guid() });
export type WorkspaceUpdate = z.output<typeof result>;

/**
 * Changes the name and the settings of a workspace. Absent fields do not change.
 * @throws WorkspaceRemovedError
 * @throws WorkspaceNameTakenError
 */
export async function updateWorkspace(
  act: Act,
  { workspaceId, ...input }: { workspaceId: string } & z.input<typeof updateWorkspaceInput>,
) {
  const { name, ...fields } = validate(updateWorkspaceInput, input);
  const { organizationId } = await visibleWorkspace(act, workspaceId);
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'workspace.update', organizationId),
    queue: () => [treeOf(organizationId)],
    async lock(tx) {
      await lockOrgTree(tx, organizationId);
      return await liveWorkspace(tx, workspaceId);
    },
    async write(tx, { locked: { parentId } }) {
      if (name != null) {
        await assertNameIsFree(tx, { organizationId, parentId, name }, workspaceId);
      }
      await tx.workspace.update({
        where: { id: workspaceId },
        data: { name: name ?? undefined, ...columnsFor(fields) },
      });
      return { workspaceId };
    },
  });
}
