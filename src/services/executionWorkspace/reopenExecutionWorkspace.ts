import { z } from 'zod';
import type { ExecutionWorkspace, Project } from '../../../prisma/client/client.ts';
import { authorize } from '../../auth/policy.ts';
import type { Tx } from '../../database/db.ts';
import { InvalidInputError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import { lockProject } from '../project/project.ts';
import { allotWorkspacePath } from '../session/launch.ts';
import { cleanupOf } from './archive.ts';
import { assertVersion, lockExecutionWorkspace, visibleExecutionWorkspace } from './executionWorkspace.ts';
import { assertNoOpenShared } from './openExecutionWorkspace.ts';
import { statusAfter } from './statusRule.ts';

const result = z.object({ executionWorkspaceId: z.guid() });
export type ReopenedExecutionWorkspace = z.output<typeof result>;

/**
 * Reopens an execution workspace under a new generation, so that the outcome of an earlier cleanup is ignored.
 *
 * @throws NotClosedError
 * @throws VersionConflictError
 * @throws SharedWorkspaceOpenError
 */
export async function reopenExecutionWorkspace(
  act: Act,
  { id, expectedVersion }: { id: string; expectedVersion?: number | null },
) {
  const { organizationId, projectId } = await visibleExecutionWorkspace(act, id);
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'executionWorkspace.change', organizationId),
    queue: () => [projectId, id],
    lock: async (tx) => ({
      project: await lockProject(tx, projectId),
      workspace: await lockExecutionWorkspace(tx, id),
    }),
    async write(tx, { locked: { project, workspace } }) {
      const status = statusAfter('reopen', workspace);
      assertVersion(workspace, expectedVersion);
      if (project.archivedAt) {
        throw new InvalidInputError([{ path: 'id', message: 'the project is archived' }]);
      }
      if (workspace.mode === 'SHARED_WORKSPACE') await assertNoOpenShared(tx, organizationId, projectId, id);
      const checkout = await checkoutAfter(tx, act, workspace, project);
      await tx.$executeRaw`
        UPDATE execution_workspace
           SET status = ${status}::execution_workspace_status, closed_at = NULL, cleanup_eligible_at = NULL,
               cleanup_started_at = NULL, cleanup_reason = NULL, cleanup_warnings = '{}',
               last_used_at = clock_timestamp(), path = ${checkout.path}, provider_ref = ${checkout.providerRef}
         WHERE id = ${id}::uuid`;
      // A trigger raises the generation.
      await recordStructureEvent(tx, act, {
        organizationId,
        type: 'execution_workspace.reopened',
        subject: { type: 'ExecutionWorkspace', id },
        payload: { name: workspace.name, mode: workspace.mode, generation: workspace.generation + 1 },
      });
      return { executionWorkspaceId: id };
    },
  });
}

/**
 * The checkout of the next generation: the same one if no cleanup has touched it, else a new one at a new path. A cleanup
 * that has begun goes on, because nothing else refers to its checkout any more.
 */
async function checkoutAfter(
  tx: Tx,
  act: Act,
  workspace: ExecutionWorkspace,
  project: Project,
): Promise<Pick<ExecutionWorkspace, 'path' | 'providerRef'>> {
  const { id, provider, path, providerRef, cleanupStartedAt } = workspace;
  const isIntact = providerRef !== null && cleanupStartedAt === null;
  if (provider !== 'GIT_WORKTREE' || isIntact) return { path, providerRef };
  for (const data of cleanupOf(workspace)) {
    const cleanup = { name: 'checkout.cleanup', data } as const;
    // Of a failed cleanup, no job is left.
    if (!(await act.jobs.isAwaited(tx, cleanup))) await act.jobs.enqueue(tx, cleanup);
  }
  await act.jobs.enqueue(tx, { name: 'checkout.create', data: { executionWorkspaceId: id } });
  return { path: allotWorkspacePath(project.slug), providerRef: null };
}
