/** Looks up and locks sessions. */
import type { Project, Session } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import { NotFoundError } from '../../errors/errors.ts';
import type { Act } from '../act/act.ts';
import { columns } from '../act/columns.ts';

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

/**
 * What decides about a claim of a session, and what the session is called. Of the project it has only what no act
 * changes, because the project is not locked.
 */
export type SessionInProject = Pick<
  Session,
  'id' | 'num' | 'kind' | 'projectId' | 'isTerminated' | 'workspacePath' | 'executionWorkspaceId'
> & { project: Pick<Project, 'slug' | 'kind'> };

/** Locks sessions, in the order of their ids, and returns them by their ids. */
export async function lockSessionsInProjects(
  tx: Tx,
  sessionIds: string[],
): Promise<Map<string, SessionInProject>> {
  const rows = await tx.$queryRaw<
    (Omit<SessionInProject, 'project'> & {
      slug: string;
      projectKind: Project['kind'];
    })[]
  >`
    SELECT s.id, s.num, s.kind, s.project_id AS "projectId", s.is_terminated AS "isTerminated",
           s.workspace_path AS "workspacePath", s.execution_workspace_id AS "executionWorkspaceId",
           p.slug, p.kind AS "projectKind"
      FROM session s JOIN project p ON p.id = s.project_id
     WHERE s.id = ANY(${sessionIds}::uuid[]) ORDER BY s.id FOR NO KEY UPDATE OF s`;
  return new Map(
    rows.map(({ slug, projectKind, ...session }) => [
      session.id,
      { ...session, project: { slug, kind: projectKind } },
    ]),
  );
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
  const [session] = await tx.$queryRaw<Session[]>`
    SELECT ${columns('Session')} FROM session WHERE id = ${sessionId}::uuid FOR NO KEY UPDATE`;
  if (!session) throw new NotFoundError('sessionId');
  return session;
}
