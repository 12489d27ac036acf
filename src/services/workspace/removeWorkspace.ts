import { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import { ConfirmationRequiredError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { validate, verbatimText } from '../act/input.ts';
import { discardPlans } from './discardPlans.ts';
import { lockRemoval, removeWorkspaces } from './removeWorkspaces.ts';
import { liveWorkspace, lockOrgTree, treeOf, visibleWorkspace } from './workspace.ts';

export const removeWorkspaceInput = z.object({ confirmName: verbatimText(255).nullish() });

/** Removing ten thousand workspaces takes seconds. */
const TIMEOUT_MS = 120_000;

const result = z.object({ workspaceId: z.guid(), removedCount: z.int(), offboardedAgentCount: z.int() });
export type WorkspaceRemoval = z.output<typeof result>;

/**
 * Removes a workspace with everything below it.
 * @throws WorkspaceRemovedError
 * @throws ConfirmationRequiredError unless the workspace's name is given
 */
export async function removeWorkspace(
  act: Act,
  { workspaceId, ...input }: { workspaceId: string } & z.input<typeof removeWorkspaceInput>,
) {
  const { confirmName } = validate(removeWorkspaceInput, input);
  const { organizationId } = await visibleWorkspace(act, workspaceId);
  return await perform(act, {
    organizationId,
    timeoutMs: TIMEOUT_MS,
    result,
    authorize: (viewer) => authorize(viewer, 'workspace.remove', organizationId),
    queue: () => [treeOf(organizationId)],
    async lock(tx) {
      await lockOrgTree(tx, organizationId);
      const { name } = await liveWorkspace(tx, workspaceId);
      return { name, removal: await lockRemoval(tx, organizationId, [workspaceId]) };
    },
    async write(tx, { locked: { name, removal } }) {
      if (confirmName !== name) {
        throw new ConfirmationRequiredError({
          workspaceName: name,
          descendantCount: removal.workspaces.length - 1,
          activeTasks: removal.workspaces.reduce((sum, each) => sum + each.activeTasks, 0),
        });
      }
      await discardPlans(tx);
      const { workspaceIds, agentIds } = await removeWorkspaces(tx, act, removal, {
        reason: `The workspace "${name}" was removed.`,
      });
      return { workspaceId, removedCount: workspaceIds.length, offboardedAgentCount: agentIds.length };
    },
  });
}
