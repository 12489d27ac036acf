import { z } from 'zod';
import type { Agent, Project, Session } from '../../../prisma/client/client.ts';
import { isOwnSession } from '../../auth/own.ts';
import { authorize } from '../../auth/policy.ts';
import type { Tx } from '../../db.ts';
import { NotFoundError, SessionNotRestorableError } from '../../errors.ts';
import { type Act, perform } from '../act/act.ts';
import { text, validate } from '../act/input.ts';
import { assertRunning, holdAgent } from '../agent/agent.ts';
import { lockProject } from '../project/project.ts';

/** What people call a session. */
export const sessionDisplayName = text(1, 20);

export const renameSessionInput = z
  .object({ displayName: sessionDisplayName.nullish() })
  .refine((input) => input.displayName !== undefined, {
    path: ['displayName'],
    message: 'must be given; null takes the name away',
  });

/** Gives a session another name, or takes it away. */
export async function renameSession(
  act: Act,
  { sessionId, ...input }: { sessionId: string } & z.input<typeof renameSessionInput>,
) {
  const { displayName } = validate(renameSessionInput, input);
  const visible = await visibleSession(act, sessionId);
  const { organizationId } = visible;
  return await perform(act, {
    organizationId,
    may: (viewer) => authorize(viewer, 'session.rename', organizationId, isOwnSession(viewer, visible)),
    lock: (tx) => lockSession(tx, sessionId),
    async work(tx) {
      await tx.session.update({ where: { id: sessionId }, data: { displayName } });
      return { sessionId };
    },
  });
}

/** Says whether a merge ends a session. Ends none by itself, whatever was merged before. */
export async function updateMergePolicy(
  act: Act,
  { sessionId, terminateOnPrMerge }: { sessionId: string; terminateOnPrMerge: boolean },
) {
  const { organizationId } = await visibleSession(act, sessionId);
  return await perform(act, {
    organizationId,
    may: (viewer) => authorize(viewer, 'session.updateMergePolicy', organizationId),
    lock: (tx) => lockSession(tx, sessionId),
    async work(tx) {
      await tx.session.update({ where: { id: sessionId }, data: { terminateOnPrMerge } });
      return { sessionId };
    },
  });
}

/** Ends a session. Its pull requests stay its own, and can be claimed by others without a takeover. Twice is a no-op. */
export async function terminateSession(act: Act, { sessionId }: { sessionId: string }) {
  const { organizationId } = await visibleSession(act, sessionId);
  return await perform(act, {
    organizationId,
    may: (viewer) => authorize(viewer, 'session.terminate', organizationId),
    lock: (tx) => lockSession(tx, sessionId),
    async work(tx) {
      // By the clock of the database, as reports go by it.
      await tx.$executeRaw`
        UPDATE session
           SET is_terminated = true, activity_state = 'EXITED', activity_last_at = clock_timestamp()
         WHERE id = ${sessionId}::uuid AND NOT is_terminated`;
      return { sessionId };
    },
  });
}

type Restorable = { agent: Agent | null; project: Project; session: Session };

/**
 * Has an ended session live again, as one that nothing was heard of yet: it is launched anew, and what its earlier
 * process still says is ignored. Its pull requests stay what they are, and whose they are.
 *
 * @throws SessionNotRestorableError
 * @throws AgentNotRunningError
 */
export async function restoreSession(act: Act, { sessionId }: { sessionId: string }) {
  const { organizationId, agentId, projectId } = await visibleSession(act, sessionId);
  return await perform<{ sessionId: string }, Restorable>(act, {
    organizationId,
    may: (viewer) => authorize(viewer, 'session.restore', organizationId),
    lock: async (tx) => ({
      agent: agentId === null ? null : await holdAgent(tx, agentId),
      project: await lockProject(tx, projectId),
      session: await lockSession(tx, sessionId),
    }),
    async work(tx, { agent, project, session }) {
      if (!session.isTerminated) throw new SessionNotRestorableError('The session has not ended.');
      if (project.archivedAt) throw new SessionNotRestorableError('The project of the session is archived.');
      if (agent) assertRunning(agent);
      await tx.$executeRaw`
        UPDATE session
           SET is_terminated = false, activity_state = 'IDLE', activity_last_at = clock_timestamp(),
               first_signal_at = NULL, no_signal_at = NULL, launch_id = gen_random_uuid()
         WHERE id = ${sessionId}::uuid`;
      return { sessionId };
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

/**
 * Locks one session, and answers it as it is from now on.
 * @throws NotFoundError when it was deleted meanwhile: one that owns no pull request may be
 */
export async function lockSession(tx: Tx, sessionId: string): Promise<Session> {
  await lockSessions(tx, [sessionId]);
  const session = await tx.session.findUnique({ where: { id: sessionId } });
  if (!session) throw new NotFoundError();
  return session;
}
