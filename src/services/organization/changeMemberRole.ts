import { z } from 'zod';
import { MembershipRole } from '../../../prisma/client/enums.ts';
import { authorize, authorizeOver, isAbove } from '../../auth/policy.ts';
import { NotFoundError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { validate } from '../act/input.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import { endRights, endTokensMadeByOthers } from './endRights.ts';
import { assertAnotherOwner, lockMembership, visibleMembership } from './member.ts';

export const changeMemberRoleInput = z.object({ role: z.enum(MembershipRole) });

const result = z.object({ membershipId: z.guid(), revokedTokenIds: z.array(z.guid()) });
export type ChangedMember = z.output<typeof result>;

/**
 * Gives a member another role. A demotion ends what the person could still use with the rights of the old role, and a
 * promotion the tokens that others made for the person.
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
      if (membership.role === role) return { membershipId, revokedTokenIds: [] };
      if (membership.role === 'OWNER') await assertAnotherOwner(tx, membership);
      await tx.membership.update({ where: { id: membershipId }, data: { role } });
      await recordStructureEvent(tx, act, {
        organizationId,
        type: 'member.role_changed',
        subject: { type: 'Membership', id: membershipId },
        payload: { name: membership.name ?? membership.user.name, from: membership.role, to: role },
      });
      const end = isAbove(role, membership.role) ? endTokensMadeByOthers : endRights;
      return { membershipId, revokedTokenIds: await end(tx, act, membership) };
    },
  });
}
