/** Looks up and locks execution workspaces. */
import { type ExecutionWorkspace, Prisma } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import { NotFoundError, VersionConflictError } from '../../errors/errors.ts';
import type { Act } from '../act/act.ts';
import { columns } from '../act/columns.ts';

/**
 * The execution workspace, if the viewer sees it.
 * @param field the input field that names it
 * @throws NotFoundError
 */
export async function visibleExecutionWorkspace(
  act: Act,
  id: string,
  field = 'id',
): Promise<ExecutionWorkspace> {
  const workspace = await act.db.prisma.executionWorkspace.findFirst({
    where: { id, organizationId: { in: [...act.viewer.roles.keys()] } },
  });
  if (!workspace) throw new NotFoundError(field);
  return workspace;
}

/** Locks an execution workspace. Acts lock it last, after sessions. */
export async function lockExecutionWorkspace(tx: Tx, id: string): Promise<ExecutionWorkspace> {
  return await locked(tx, id, Prisma.sql`FOR NO KEY UPDATE`);
}

/** Locks an execution workspace FOR SHARE, for an act that depends on its being open. */
export async function holdExecutionWorkspace(tx: Tx, id: string): Promise<ExecutionWorkspace> {
  return await locked(tx, id, Prisma.sql`FOR SHARE`);
}

/** Execution workspaces are kept, so it exists. */
async function locked(tx: Tx, id: string, strength: Prisma.Sql): Promise<ExecutionWorkspace> {
  const [workspace] = await tx.$queryRaw<[ExecutionWorkspace]>`
    SELECT ${columns('ExecutionWorkspace')} FROM execution_workspace
     WHERE id = ${id}::uuid ${strength}`;
  return workspace;
}

/** @throws VersionConflictError unless the version is the expected one, or none is expected */
export function assertVersion(
  { version }: Pick<ExecutionWorkspace, 'version'>,
  expectedVersion: number | null | undefined,
): void {
  if (expectedVersion != null && expectedVersion !== version) throw new VersionConflictError(version);
}
