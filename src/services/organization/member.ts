/** Looks up and locks memberships. */
import type { Membership } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import { LastOwnerError, NotFoundError } from '../../errors/errors.ts';
import type { Act } from '../act/act.ts';

/** @throws NotFoundError when there is no such membership, or the viewer does not see it */
export async function visibleMembership(act: Act, membershipId: string): Promise<Membership> {
  const membership = await act.db.prisma.membership.findFirst({
    where: { id: membershipId, organizationId: { in: [...act.viewer.roles.keys()] } },
  });
  if (!membership) throw new NotFoundError();
  return membership;
}

/** Locks an organization: acts on its memberships run one after another, so that each sees what the last one did. */
export async function lockOrganization(tx: Tx, organizationId: string): Promise<void> {
  await tx.$queryRaw`SELECT FROM organization WHERE id = ${organizationId}::uuid FOR NO KEY UPDATE`;
}

/**
 * Locks a membership and its organization. The organization's lock is not enough: acts that depend on the member's role
 * hold its row FOR SHARE.
 */
export async function lockMembership(tx: Tx, organizationId: string, id: string) {
  await lockOrganization(tx, organizationId);
  await tx.$queryRaw`SELECT FROM membership WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  return await tx.membership.findUniqueOrThrow({
    where: { id },
    include: { user: { select: { name: true } } },
  });
}

/** Locks a user's membership, if there is one, FOR SHARE: its role stays as it is until the transaction ends. */
export async function holdMembership(tx: Tx, organizationId: string, userId: string): Promise<void> {
  await tx.$queryRaw`
    SELECT FROM membership
     WHERE organization_id = ${organizationId}::uuid AND user_id = ${userId}::uuid AND removed_at IS NULL
       FOR SHARE`;
}

/** The role of a user in an organization; undefined when it is not a member. */
export async function roleOf(tx: Tx, organizationId: string, userId: string) {
  const membership = await tx.membership.findFirst({ where: { organizationId, userId, removedAt: null } });
  return membership?.role;
}

/** @throws LastOwnerError when the organization has no OWNER but this one */
export async function assertAnotherOwner(tx: Tx, { id, organizationId }: Membership): Promise<void> {
  const others = await tx.membership.count({
    where: { organizationId, role: 'OWNER', removedAt: null, id: { not: id } },
  });
  if (others === 0) throw new LastOwnerError();
}
