import type { Prisma } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import { type Author, recordStructureEvents } from '../act/structureEvent.ts';

type RevokedToken = {
  id: string;
  organizationId: string | null;
  label: string;
  prefix: string;
  /** Whether it was good until now. */
  wasGood: boolean;
};

/**
 * Revokes tokens, and all that was made with them. The audit trail records each, in the organization that it works in.
 * Returns the tokens that were not revoked before.
 */
export async function revokeTokens(
  tx: Tx,
  author: Author,
  where: Prisma.TokenWhereInput,
): Promise<RevokedToken[]> {
  const named = await tx.token.updateManyAndReturn({
    where: { ...where, revokedAt: null },
    data: { revokedAt: new Date() },
    select: { id: true },
  });
  if (named.length === 0) return [];
  // The trigger has revoked what was made with them, at the same time. An older time is that of an earlier revocation.
  const revoked = await tx.$queryRaw<RevokedToken[]>`
    WITH RECURSIVE revoked AS (
      SELECT id, revoked_at FROM token WHERE id = ANY(${named.map(({ id }) => id)}::uuid[])
      UNION
      SELECT token.id, token.revoked_at FROM token JOIN revoked ON token.created_with_id = revoked.id
       WHERE token.revoked_at = revoked.revoked_at
    )
    SELECT id, organization_id AS "organizationId", label, prefix,
           coalesce(expires_at > revoked_at, true) AS "wasGood"
      FROM token WHERE id IN (SELECT id FROM revoked)`;
  await recordStructureEvents(
    tx,
    author,
    revoked.flatMap(({ organizationId, id, label, prefix }) =>
      organizationId === null
        ? []
        : [
            {
              organizationId,
              type: 'token.revoked',
              subject: { type: 'Token', id },
              payload: { label, prefix },
            },
          ],
    ),
  );
  return revoked;
}
