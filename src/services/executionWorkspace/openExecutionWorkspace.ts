import { z } from 'zod';
import type { Project } from '../../../prisma/client/client.ts';
import {
  ExecutionWorkspaceMode,
  type ExecutionWorkspaceProvider,
  type ExecutionWorkspaceStrategy,
} from '../../../prisma/client/enums.ts';
import { authorize } from '../../auth/policy.ts';
import type { Tx } from '../../database/db.ts';
import { InvalidInputError, NotFoundError, SharedWorkspaceOpenError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { line, validate } from '../act/input.ts';
import type { Runtime } from '../port/runtime.ts';
import { lockProject, visibleProject } from '../project/project.ts';
import { allotWorkspacePath } from '../session/launch.ts';
import { lockSession, visibleSession } from '../session/session.ts';

export const openExecutionWorkspaceInput = z.object({
  name: line(1, 255),
  mode: z.enum(ExecutionWorkspaceMode),
  branch: line(1, 255).nullish(),
  baseRef: line(1, 255).nullish(),
  workspacePath: line(1, 4096).nullish(),
});

const result = z.object({ executionWorkspaceId: z.guid() });
export type OpenedExecutionWorkspace = z.output<typeof result>;

const STRATEGIES: Record<ExecutionWorkspaceMode, ExecutionWorkspaceStrategy> = {
  SHARED_WORKSPACE: 'PROJECT_PRIMARY',
  ISOLATED_WORKSPACE: 'GIT_WORKTREE',
  OPERATOR_BRANCH: 'GIT_WORKTREE',
  ADAPTER_MANAGED: 'ADAPTER_MANAGED',
  CLOUD_SANDBOX: 'CLOUD_SANDBOX',
};

/**
 * Opens an execution workspace. A session that it is opened for works in it from then on.
 * @throws SharedWorkspaceOpenError
 */
export async function openExecutionWorkspace(
  act: Act,
  {
    organizationId,
    projectId,
    sessionId = null,
    ...input
  }: { organizationId: string; projectId: string; sessionId?: string | null } & z.input<
    typeof openExecutionWorkspaceInput
  >,
) {
  const { name, mode, branch, baseRef, workspacePath } = validate(openExecutionWorkspaceInput, input);
  if (!act.viewer.roles.has(organizationId)) throw new NotFoundError('organizationId');
  const project = await visibleProject(act, projectId);
  if (project.organizationId !== organizationId) throw new NotFoundError('projectId');
  if (sessionId !== null) {
    const session = await visibleSession(act, sessionId);
    if (session.organizationId !== organizationId) throw new NotFoundError('sessionId');
    if (session.projectId !== projectId) throw invalid('sessionId', 'the session is in another project');
  }
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'executionWorkspace.change', organizationId),
    queue: () => [projectId, ...(sessionId === null ? [] : [sessionId])],
    // The project's lock makes two openings of its shared workspace run one after the other.
    lock: async (tx) => ({
      project: await lockProject(tx, projectId),
      session: sessionId === null ? null : await lockSession(tx, sessionId),
    }),
    async write(tx, { locked }) {
      if (locked.project.archivedAt) throw invalid('projectId', 'the project is archived');
      if (mode === 'SHARED_WORKSPACE') await assertNoOpenShared(tx, organizationId, projectId);
      const { session } = locked;
      const provider = providerOf(mode, workspacePath ?? null, locked.project, act.runtime);
      // Directories are of the modes that work in one. An isolated one is not the directory of any session before.
      const hasDirectory = provider === 'LOCAL_FS' || provider === 'GIT_WORKTREE';
      const inherited = mode === 'ISOLATED_WORKSPACE' ? null : session?.workspacePath;
      const allotted = hasDirectory ? (inherited ?? allotWorkspacePath(project.slug)) : null;
      const { id } = await tx.executionWorkspace.create({
        data: {
          organizationId,
          projectId,
          sessionId,
          name,
          mode,
          strategy: STRATEGIES[mode],
          provider,
          path: workspacePath ?? allotted,
          branch: branch ?? (session?.branch || null),
          baseRef: baseRef ?? null,
        },
      });
      if (session) {
        await tx.session.update({ where: { id: session.id }, data: { executionWorkspaceId: id } });
      }
      if (provider === 'GIT_WORKTREE') {
        await act.jobs.enqueue(tx, { name: 'checkout.create', data: { executionWorkspaceId: id } });
      }
      return { executionWorkspaceId: id };
    },
  });
}

/** GIT_WORKTREE: the runtime creates the checkout, so that it may remove it. A given directory is never its own. */
function providerOf(
  mode: ExecutionWorkspaceMode,
  workspacePath: string | null,
  { repoUrl }: Project,
  { kind }: Runtime,
): ExecutionWorkspaceProvider {
  if (mode === 'ADAPTER_MANAGED' || mode === 'CLOUD_SANDBOX') return mode;
  const isCreated =
    mode === 'ISOLATED_WORKSPACE' && workspacePath === null && repoUrl !== null && kind !== 'none';
  return isCreated ? 'GIT_WORKTREE' : 'LOCAL_FS';
}

/** @throws SharedWorkspaceOpenError when the project has an open shared workspace, other than the given one */
export async function assertNoOpenShared(
  tx: Tx,
  organizationId: string,
  projectId: string,
  exceptId?: string,
): Promise<void> {
  const open = await tx.executionWorkspace.findFirst({
    where: { organizationId, projectId, mode: 'SHARED_WORKSPACE', closedAt: null, id: { not: exceptId } },
  });
  if (open) throw new SharedWorkspaceOpenError(open);
}

function invalid(path: string, message: string): InvalidInputError {
  return new InvalidInputError([{ path, message }]);
}
