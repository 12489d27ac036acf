import { z } from 'zod';
import { type Act, perform } from '../act/act.ts';
import { admitMember } from '../organization/admitMember.ts';
import { assertPending, endInvitation, lockInvitation, visibleInvitation } from './invitation.ts';
import { authorizeAnswer } from './invitationRule.ts';

const result = z.object({ organizationId: z.guid(), invitationId: z.guid(), membershipId: z.guid() });
export type AcceptedInvitation = z.output<typeof result>;

/**
 * Makes the invited person a member, with the role of the invitation, under the name that the organization gave.
 * @throws InvitationEndedError
 * @throws AlreadyMemberError
 */
export async function acceptInvitation(act: Act, { invitationId }: { invitationId: string }) {
  const visible = await visibleInvitation(act, invitationId);
  const { organizationId } = visible;
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorizeAnswer(viewer, visible),
    queue: () => [organizationId],
    lock: (tx) => lockInvitation(tx, visible),
    async write(tx, { locked: invitation }) {
      assertPending(invitation);
      await endInvitation(tx, invitationId, 'ACCEPTED');
      const { role, name } = invitation;
      const membershipId = await admitMember(tx, act, {
        organizationId,
        userId: act.viewer.id,
        role,
        name,
      });
      return { organizationId, invitationId, membershipId };
    },
  });
}
