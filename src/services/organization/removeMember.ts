import { z } from 'zod';
import { authorize, authorizeOver } from '../../auth/policy.ts';
import { type Act, perform } from '../act/act.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import { endRights } from './endRights.ts';
import { assertAnotherOwner, lockMembership, visibleMembership } from './member.ts';
import { isOwnMembership } from './memberRule.ts';

const result = z.object({ membershipId: z.guid(), revokedTokenIds: z.array(z.guid()) });
export type RemovedMember = z.output<typeof result>;

/**
 * Ends a membership, with what the person could still use in the organization: see endRights. The agents that the person
 * hired stay. A person may remove itself. No-op for a membership that has ended.
 * @throws LastOwnerError
 */
export async function removeMember(act: Act, { membershipId }: { membershipId: string }) {
  const visible = await visibleMembership(act, membershipId);
  const { organizationId, userId } = visible;
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) =>
      authorize(viewer, 'member.remove', organizationId, isOwnMembership(viewer, visible)),
    queue: () => [organizationId],
    lock: (tx) => lockMembership(tx, organizationId, membershipId),
    async write(tx, { locked: membership, viewer }) {
      if (membership.removedAt) return { membershipId, revokedTokenIds: [] };
      authorizeOver(viewer, membership.role, organizationId);
      if (membership.role === 'OWNER') await assertAnotherOwner(tx, membership);
      await tx.membership.update({ where: { id: membershipId }, data: { removedAt: new Date() } });
      const revokedTokenIds = await endRights(tx, act, { organizationId, userId });
      await recordStructureEvent(tx, act, {
        organizationId,
        type: 'member.removed',
        subject: { type: 'Membership', id: membershipId },
        payload: {
          name: membership.name ?? membership.user.name,
          role: membership.role,
          revokedTokens: revokedTokenIds.length,
        },
      });
      return { membershipId, revokedTokenIds };
    },
  });
}
