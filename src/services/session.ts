import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { SessionKind } from '../../prisma/client/enums.ts';
import { authorize } from '../auth/policy.ts';
import type { Tx } from '../db.ts';
import { InvalidInputError, NotFoundError } from '../errors.ts';
import { type Act, perform } from './act.ts';
import { text, validate } from './input.ts';

const PROMPT_MAX_CHARACTERS = 4096;
const DISPLAY_NAME_MAX_CHARACTERS = 20;

export const spawnSessionInput = z.object({
  kind: z.enum(SessionKind),
  prompt: text(0, PROMPT_MAX_CHARACTERS).nullish(),
  displayName: text(1, DISPLAY_NAME_MAX_CHARACTERS).nullish(),
  branch: text(0, 255).nullish(),
  /** Absent: the server allots one. Null: the session has none, and can't claim. */
  workspacePath: text(1, 4096).nullish(),
});

/** Starts a session on a project. */
export async function spawnSession(
  act: Act,
  { projectId, ...input }: { projectId: string } & z.input<typeof spawnSessionInput>,
) {
  const { kind, prompt, displayName, branch, workspacePath } = validate(spawnSessionInput, input);
  const project = await act.db.prisma.project.findFirst({
    where: { id: projectId, organizationId: { in: [...act.viewer.roles.keys()] } },
  });
  if (!project) throw new NotFoundError();
  const { organizationId } = project;

  return await perform(act, {
    organizationId,
    may: (viewer) => authorize(viewer, 'session.spawn', organizationId),
    async lock(tx) {
      const [locked] = await tx.$queryRaw<{ isArchived: boolean }[]>`
        SELECT archived_at IS NOT NULL AS "isArchived" FROM project WHERE id = ${projectId}::uuid FOR NO KEY UPDATE`;
      return locked;
    },
    async work(tx, locked) {
      if (locked?.isArchived) {
        throw new InvalidInputError([{ path: 'projectId', message: 'the project is archived' }]);
      }
      const session = await tx.session.create({
        data: {
          organizationId,
          projectId,
          kind,
          prompt: prompt ?? '',
          displayName: displayName ?? null,
          branch: branch ?? '',
          workspacePath: workspacePath === undefined ? allotWorkspacePath(project.slug) : workspacePath,
        },
      });
      return { sessionId: session.id };
    },
  });
}

/** Ends a session. Its pull requests stay its own, and can be claimed by others without a takeover. Twice is a no-op. */
export async function terminateSession(act: Act, input: { sessionId: string }) {
  const { id, organizationId } = await visibleSession(act, input.sessionId);
  return await perform(act, {
    organizationId,
    may: (viewer) => authorize(viewer, 'session.terminate', organizationId),
    lock: (tx) => lockSessions(tx, [id]),
    async work(tx) {
      await tx.session.updateMany({
        where: { id, isTerminated: false },
        data: { isTerminated: true, activityState: 'EXITED', activityLastAt: new Date() },
      });
      return { sessionId: id };
    },
  });
}

/**
 * The session with its project, if the viewer sees it.
 * @throws NotFoundError
 */
export async function visibleSession(act: Act, sessionId: string) {
  const session = await act.db.prisma.session.findFirst({
    where: { id: sessionId, organizationId: { in: [...act.viewer.roles.keys()] } },
    include: { project: true },
  });
  if (!session) throw new NotFoundError();
  return session;
}

/** Locks sessions against any other act on them, in the order of their ids, as everybody does. */
export async function lockSessions(tx: Tx, sessionIds: string[]): Promise<void> {
  await tx.$queryRaw`
    SELECT FROM session WHERE id = ANY(${sessionIds}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
}

/** Relative to wherever the runtime keeps its workspaces. */
function allotWorkspacePath(projectSlug: string): string {
  return `workspaces/${projectSlug}/${randomBytes(6).toString('hex')}`;
}
