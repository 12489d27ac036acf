/** Checks that a row of the vocabulary refers only to live rows of its own organization. */
import { Prisma } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import { InvalidInputError, NotFoundError } from '../../errors/errors.ts';
import { TABLE } from './row.ts';

type Reference = { organizationId: string; id: string | null | undefined };

/** @throws NotFoundError unless the organization has such an agent */
export async function assertAgent(tx: Tx, { organizationId, id }: Reference): Promise<void> {
  if (id && !(await tx.agent.findFirst({ where: { id, organizationId } })))
    throw new NotFoundError('agentId');
}

/**
 * @throws NotFoundError unless the organization has such a row
 * @throws InvalidInputError when the row is archived
 */
export async function assertReferable(
  tx: Tx,
  kind: 'RelationshipType' | 'Watcher',
  { organizationId, id, field }: Reference & { field: string },
): Promise<void> {
  if (!id) return;
  const [row] = await tx.$queryRaw<{ isArchived: boolean }[]>`
    SELECT archived_at IS NOT NULL AS "isArchived" FROM ${Prisma.raw(TABLE[kind])}
     WHERE id = ${id}::uuid AND organization_id = ${organizationId}::uuid`;
  if (!row) throw new NotFoundError(field);
  if (row.isArchived) throw new InvalidInputError([{ path: field, message: 'must not be archived' }]);
}
