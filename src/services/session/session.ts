/** Looks up and locks sessions. */
import type { Session } from '../../../prisma/client/client.ts';
import type { Tx } from '../../db.ts';
import { NotFoundError } from '../../errors.ts';
import type { Act } from '../act/act.ts';

/**
 * The session with its project and its execution workspace, if the viewer sees it.
 * @throws NotFoundError
 */
export async function visibleSession(act: Act, sessionId: string) {
  const session = await act.db.prisma.session.findFirst({
    where: { id: sessionId, organizationId: { in: [...act.viewer.roles.keys()] } },
    include: { project: true, executionWorkspace: true },
  });
  if (!session) throw new NotFoundError('sessionId');
  return session;
}

/** Locks sessions for acts that change them, in the order of their ids so that two such acts do not deadlock. */
export async function lockSessions(tx: Tx, sessionIds: string[]): Promise<void> {
  await tx.$queryRaw`
    SELECT FROM session WHERE id = ANY(${sessionIds}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
}

/**
 * Locks one session and returns it.
 * @throws NotFoundError when it was deleted meanwhile. A session without pull requests may be.
 */
export async function lockSession(tx: Tx, sessionId: string): Promise<Session> {
  await lockSessions(tx, [sessionId]);
  const session = await tx.session.findUnique({ where: { id: sessionId } });
  if (!session) throw new NotFoundError('sessionId');
  return session;
}
