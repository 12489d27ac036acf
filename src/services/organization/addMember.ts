import { z } from 'zod';
import { MembershipRole } from '../../../prisma/client/enums.ts';
import { authorize, authorizeOver } from '../../auth/policy.ts';
import { AlreadyInvitedError, AlreadyMemberError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { email, line, validate } from '../act/input.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import { lockOrganization } from './member.ts';

export const addMemberInput = z.object({ email, name: line(1, 100), role: z.enum(MembershipRole) });

const result = z.object({ invitationId: z.guid() });
export type InvitedMember = z.output<typeof result>;

/**
 * Invites a person to become a member. It never looks whether Muster knows the person, except as a member of this
 * organization, so that an invitation tells nothing of strangers.
 * @throws AlreadyMemberError
 * @throws AlreadyInvitedError
 */
export async function addMember(
  act: Act,
  { organizationId, ...input }: { organizationId: string } & z.input<typeof addMemberInput>,
) {
  const { email, name, role } = validate(addMemberInput, input);
  return await perform(act, {
    organizationId,
    result,
    authorize(viewer) {
      authorize(viewer, 'member.add', organizationId);
      authorizeOver(viewer, role, organizationId);
    },
    queue: () => [organizationId],
    lock: (tx) => lockOrganization(tx, organizationId),
    async write(tx, { viewer }) {
      const member = await tx.membership.findFirst({
        where: { organizationId, removedAt: null, user: { email } },
      });
      if (member) throw new AlreadyMemberError(member.id);
      const open = await tx.invitation.findFirst({ where: { organizationId, email, status: 'PENDING' } });
      if (open) throw new AlreadyInvitedError(open.id);

      const invitation = await tx.invitation.create({
        data: { organizationId, email, name, role, invitedById: viewer.id },
      });
      await recordStructureEvent(tx, act, {
        organizationId,
        type: 'member.invited',
        subject: { type: 'Invitation', id: invitation.id },
        payload: { name, role },
      });
      return { invitationId: invitation.id };
    },
  });
}
