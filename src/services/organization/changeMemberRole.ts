import { z } from 'zod';
import type { Membership } from '../../../prisma/client/client.ts';
import { MembershipRole } from '../../../prisma/client/enums.ts';
import { authorize, authorizeOver, isAbove } from '../../auth/policy.ts';
import type { Tx } from '../../db.ts';
import { NotFoundError } from '../../errors.ts';
import { type Act, perform } from '../act/act.ts';
import { validate } from '../act/input.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import { assertAnotherOwner, lockMembership, visibleMembership } from './member.ts';

export const changeMemberRoleInput = z.object({ role: z.enum(MembershipRole) });

const result = z.object({ membershipId: z.guid() });
export type ChangedMember = z.output<typeof result>;

/**
 * Gives a member another role.
 * @throws LastOwnerError
 */
export async function changeMemberRole(
  act: Act,
  { membershipId, ...input }: { membershipId: string } & z.input<typeof changeMemberRoleInput>,
) {
  const { role } = validate(changeMemberRoleInput, input);
  const { organizationId } = await visibleMembership(act, membershipId);
  return await perform(act, {
    organizationId,
    result,
    authorize(viewer) {
      authorize(viewer, 'member.changeRole', organizationId);
      authorizeOver(viewer, role, organizationId);
    },
    queue: () => [organizationId],
    lock: (tx) => lockMembership(tx, organizationId, membershipId),
    async write(tx, { locked: membership, viewer }) {
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
      if (isAbove(role, membership.role)) await revokeTokensMadeByOthers(tx, act, membership);
      return { membershipId };
    },
  });
}

/**
 * The maker of a token knows its secret, and must not gain the rights of a member that is promoted. So a promotion
 * revokes the member's tokens that others made.
 */
async function revokeTokensMadeByOthers(
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
