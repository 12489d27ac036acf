import { z } from 'zod';
import { authorize, authorizeOver } from '../../auth/policy.ts';
import type { Viewer } from '../../auth/viewer.ts';
import { ForbiddenError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { assertPending, lockInvitation, visibleInvitation, withdrawInvitations } from './invitation.ts';
import { isInvited } from './invitationRule.ts';

const result = z.object({ invitationId: z.guid() });
export type WithdrawnInvitation = z.output<typeof result>;

/**
 * Ends an invitation at the organization's wish.
 * @throws InvitationEndedError
 */
export async function withdrawInvitation(act: Act, { invitationId }: { invitationId: string }) {
  const visible = await visibleInvitation(act, invitationId);
  const { organizationId, role } = visible;
  const mayWithdraw = (viewer: Viewer) => {
    if (isInvited(viewer, visible) && !viewer.roles.has(organizationId)) {
      throw new ForbiddenError('Only members withdraw an invitation. The invited person declines it.');
    }
    authorize(viewer, 'member.add', organizationId);
    authorizeOver(viewer, role, organizationId);
  };
  return await perform(act, {
    organizationId,
    result,
    authorize: mayWithdraw,
    queue: () => [organizationId],
    lock: (tx) => lockInvitation(tx, visible),
    async write(tx, { locked: invitation }) {
      assertPending(invitation);
      await withdrawInvitations(tx, act, { id: invitationId });
      return { invitationId };
    },
  });
}
