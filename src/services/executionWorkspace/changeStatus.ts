/** The acts that change the status of an open execution workspace, and nothing else. */
import { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import { type Act, perform } from '../act/act.ts';
import { assertVersion, lockExecutionWorkspace, visibleExecutionWorkspace } from './executionWorkspace.ts';
import { statusAfter } from './statusRule.ts';

const result = z.object({ executionWorkspaceId: z.guid() });
export type ChangedExecutionWorkspace = z.output<typeof result>;

export type StatusChange = { id: string; expectedVersion?: number | null };

/**
 * Marks it IDLE: no session works in it for now. No-op when it is.
 * @throws AlreadyClosedError
 * @throws VersionConflictError
 */
export const idleExecutionWorkspace = (act: Act, input: StatusChange) => changeStatus(act, input, 'idle');

/**
 * Marks it IN_REVIEW: its work waits for a review. No-op when it does.
 * @throws AlreadyClosedError
 * @throws VersionConflictError
 */
export const requestExecutionWorkspaceReview = (act: Act, input: StatusChange) =>
  changeStatus(act, input, 'requestReview');

async function changeStatus(
  act: Act,
  { id, expectedVersion }: StatusChange,
  change: 'idle' | 'requestReview',
) {
  const { organizationId } = await visibleExecutionWorkspace(act, id);
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'executionWorkspace.change', organizationId),
    queue: () => [id],
    lock: (tx) => lockExecutionWorkspace(tx, id),
    async write(tx, { locked: workspace }) {
      const status = statusAfter(change, workspace);
      assertVersion(workspace, expectedVersion);
      if (status !== workspace.status) {
        await tx.executionWorkspace.update({ where: { id }, data: { status } });
      }
      return { executionWorkspaceId: id };
    },
  });
}
