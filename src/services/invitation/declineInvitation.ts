import { z } from 'zod';
import { type Act, perform } from '../act/act.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import { assertPending, endInvitation, lockInvitation, visibleInvitation } from './invitation.ts';
import { authorizeAnswer } from './invitationRule.ts';

const result = z.object({ invitationId: z.guid() });
export type DeclinedInvitation = z.output<typeof result>;

/**
 * Ends an invitation at the invited person's wish.
 * @throws InvitationEndedError
 */
export async function declineInvitation(act: Act, { invitationId }: { invitationId: string }) {
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
      await endInvitation(tx, invitationId, 'DECLINED');
      await recordStructureEvent(tx, act, {
        organizationId,
        type: 'member.invitation_declined',
        subject: { type: 'Invitation', id: invitationId },
        payload: { name: invitation.name, role: invitation.role },
      });
      return { invitationId };
    },
  });
}
