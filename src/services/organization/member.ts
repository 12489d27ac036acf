import { z } from 'zod';
import type { Membership } from '../../../prisma/client/client.ts';
import { MembershipRole } from '../../../prisma/client/enums.ts';
import { authorize, authorizeOver, isAbove } from '../../auth/policy.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { Tx } from '../../db.ts';
import { AlreadyMemberError, LastOwnerError, NotFoundError } from '../../errors.ts';
import { violatedConstraint } from '../../sqlError.ts';
import { type Act, perform } from '../act/act.ts';
import { email, text, validate } from '../act/input.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import { createUser } from './user.ts';

export const addMemberInput = z.object({ email, name: text(1, 100), role: z.enum(MembershipRole) });

/**
 * Makes a person a member; one whom Muster does not know yet is made, with that name.
 * @throws AlreadyMemberError
 */
export async function addMember(
  act: Act,
  { organizationId, ...input }: { organizationId: string } & z.input<typeof addMemberInput>,
) {
  const { email, name, role } = validate(addMemberInput, input);
  const add = async () =>
    await perform(act, {
      organizationId,
      may(viewer) {
        authorize(viewer, 'member.add', organizationId);
        authorizeOver(viewer, role, organizationId);
      },
      lock: (tx) => lockOrganization(tx, organizationId),
      async work(tx) {
        const user =
          (await tx.user.findUnique({ where: { email } })) ?? (await createUser(tx, { email, name }));
        const existing = await tx.membership.findFirst({
          where: { organizationId, userId: user.id, removedAt: null },
        });
        if (existing) throw new AlreadyMemberError(existing.id);

        const membership = await tx.membership.create({ data: { organizationId, userId: user.id, role } });
        await recordStructureEvent(tx, act, {
          organizationId,
          type: 'member.added',
          subject: { type: 'Membership', id: membership.id },
          payload: { role },
        });
        return { membershipId: membership.id };
      },
    });
  try {
    return await add();
  } catch (error) {
    // Another organization made the same person at the same moment; now Muster knows them.
    if (violatedConstraint(error) === 'user_email_key') return await add();
    throw error;
  }
}

export const changeMemberRoleInput = z.object({ role: z.enum(MembershipRole) });

/**
 * Gives a member another role. Its open subscriptions end, to be opened again under the new rights.
 * @throws LastOwnerError
 */
export async function changeMemberRole(
  act: Act,
  { membershipId, ...input }: { membershipId: string } & z.input<typeof changeMemberRoleInput>,
) {
  const { role } = validate(changeMemberRoleInput, input);
  const { organizationId } = await visibleMembership(act, membershipId);
  return await perform<{ membershipId: string }, Membership>(act, {
    organizationId,
    may(viewer) {
      authorize(viewer, 'member.changeRole', organizationId);
      authorizeOver(viewer, role, organizationId);
    },
    lock: (tx) => lockMembership(tx, organizationId, membershipId),
    async work(tx, membership, viewer) {
      if (membership.removedAt) throw new NotFoundError();
      authorizeOver(viewer, membership.role, organizationId);
      if (membership.role === role) return { membershipId };
      if (membership.role === 'OWNER') await assertAnotherOwner(tx, membership);
      await tx.membership.update({ where: { id: membershipId }, data: { role } });
      await recordStructureEvent(tx, act, {
        organizationId,
        type: 'member.role_changed',
        subject: { type: 'Membership', id: membershipId },
        payload: { from: membership.role, to: role },
      });
      if (isAbove(role, membership.role)) await revokeTokensOfOthersMaking(tx, act, membership);
      return { membershipId };
    },
  });
}

/**
 * Whoever made a token for a person knows its secret, and was to have no rights above their own by it. So when the person
 * rises, those that others made are revoked.
 */
async function revokeTokensOfOthersMaking(
  tx: Tx,
  act: Act,
  { organizationId, userId }: Membership,
): Promise<void> {
  const revoked = await tx.token.updateManyAndReturn({
    where: { organizationId, userId, revokedAt: null, NOT: { createdById: userId } },
    data: { revokedAt: new Date() },
  });
  for (const { id, label, prefix } of revoked) {
    await recordStructureEvent(tx, act, {
      organizationId,
      type: 'token.revoked',
      subject: { type: 'Token', id },
      payload: { label, prefix },
    });
  }
}

/**
 * Ends a membership. The person's tokens of this organization are revoked with it; the agents it hired stay. A person
 * may leave by itself. Twice is a no-op.
 * @throws LastOwnerError
 */
export async function removeMember(act: Act, { membershipId }: { membershipId: string }) {
  const visible = await visibleMembership(act, membershipId);
  const { organizationId, userId } = visible;
  const isOwn = (viewer: Viewer) => viewer.kind === 'USER' && viewer.id === userId;
  return await perform<{ membershipId: string; revokedTokens: number }, Membership>(act, {
    organizationId,
    may: (viewer) => authorize(viewer, 'member.remove', organizationId, isOwn(viewer)),
    lock: (tx) => lockMembership(tx, organizationId, membershipId),
    async work(tx, membership, viewer) {
      if (membership.removedAt) return { membershipId, revokedTokens: 0 };
      authorizeOver(viewer, membership.role, organizationId);
      if (membership.role === 'OWNER') await assertAnotherOwner(tx, membership);
      await tx.membership.update({ where: { id: membershipId }, data: { removedAt: new Date() } });
      const held = { organizationId, userId, revokedAt: null };
      const revokedTokens = await tx.token.count({
        where: { ...held, OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] },
      });
      await tx.token.updateMany({ where: held, data: { revokedAt: new Date() } });
      await recordStructureEvent(tx, act, {
        organizationId,
        type: 'member.removed',
        subject: { type: 'Membership', id: membershipId },
        payload: { role: membership.role, revokedTokens },
      });
      return { membershipId, revokedTokens };
    },
  });
}

async function visibleMembership(act: Act, membershipId: string): Promise<Membership> {
  const membership = await act.db.prisma.membership.findFirst({
    where: { id: membershipId, organizationId: { in: [...act.viewer.roles.keys()] } },
  });
  if (!membership) throw new NotFoundError();
  return membership;
}

/** The membership as it is under the organization's lock. Its own row is locked too: its rights are being held on to. */
async function lockMembership(tx: Tx, organizationId: string, id: string): Promise<Membership> {
  await lockOrganization(tx, organizationId);
  await tx.$queryRaw`SELECT FROM membership WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  return await tx.membership.findUniqueOrThrow({ where: { id } });
}

/** Holds on to somebody's membership, if there is one: its role stays what it is, and so does that there is one. */
export async function holdMembership(tx: Tx, organizationId: string, userId: string): Promise<void> {
  await tx.$queryRaw`
    SELECT FROM membership
     WHERE organization_id = ${organizationId}::uuid AND user_id = ${userId}::uuid AND removed_at IS NULL
       FOR SHARE`;
}

async function assertAnotherOwner(tx: Tx, { id, organizationId }: Membership): Promise<void> {
  const others = await tx.membership.count({
    where: { organizationId, role: 'OWNER', removedAt: null, id: { not: id } },
  });
  if (others === 0) throw new LastOwnerError();
}

/** Membership acts of one organization happen one after another, so that each sees what the last one did. */
async function lockOrganization(tx: Tx, organizationId: string): Promise<void> {
  await tx.$queryRaw`SELECT FROM organization WHERE id = ${organizationId}::uuid FOR NO KEY UPDATE`;
}
