import { ownInvitations } from '../../auth/visibleInvitations.ts';
import { AlreadyMemberError, InvitationEndedError } from '../../errors/errors.ts';
import { builder } from '../../schema/index.ts';
import { InvitationStatus } from '../../schema/invitation/enum.ts';
import { Invitation } from '../../schema/invitation/invitation.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';
import { Membership } from '../../schema/organization/membership.ts';
import { Viewer } from '../../schema/organization/viewer.ts';
import { acceptInvitation } from '../../services/invitation/acceptInvitation.ts';
import { declineInvitation } from '../../services/invitation/declineInvitation.ts';
import { withdrawInvitation } from '../../services/invitation/withdrawInvitation.ts';
import { mutation } from '../kit/mutation.ts';
import { reach } from '../organization/reach.ts';

builder.prismaObjectFields('Organization', (t) => ({
  invitations: t.relatedConnection('invitations', {
    ...relatedList(),
    description: 'The invitations to the organization, newest first.',
    args: {
      status: t.arg({
        type: InvitationStatus,
        defaultValue: 'PENDING',
        description: 'Only invitations with this status. Null lists all.',
      }),
    },
    query: ({ status }) => ({ where: { status: status ?? undefined } }),
  }),
}));

builder.objectFields(Viewer, (t) => ({
  invitations: t.list({
    type: Invitation,
    description:
      "The PENDING invitations of the person's e-mail address, newest first. Empty for an agent, and with a token that works in one organization only.",
    where: ownInvitations,
  }),
}));

mutation('acceptInvitation', {
  description:
    'Accepts an invitation: the viewer becomes a member of the organization, with the role and the name of the invitation. Allowed for the person with the invited e-mail address, with a token that works in all of the person’s organizations.',
  input: (t) => ({
    invitationId: t.idOf('Invitation', {
      required: true,
      description: 'The invitation, from `Viewer.invitations`.',
    }),
  }),
  errors: [InvitationEndedError, AlreadyMemberError],
  async act(act, input, context) {
    const done = await acceptInvitation(act, input);
    await reach(context, done.organizationId);
    return done;
  },
  payload: (t) => ({
    invitation: t.exposeNode('invitationId', {
      type: Invitation,
      description: 'The accepted invitation.',
    }),
    member: t.exposeNode('membershipId', { type: Membership, description: "The viewer's membership." }),
  }),
});

mutation('declineInvitation', {
  description:
    'Declines an invitation. Allowed for the person with the invited e-mail address, with a token that works in all of the person’s organizations.',
  input: (t) => ({
    invitationId: t.idOf('Invitation', {
      required: true,
      description: 'The invitation, from `Viewer.invitations`.',
    }),
  }),
  errors: [InvitationEndedError],
  act: declineInvitation,
  payload: (t) => ({
    invitation: t.exposeNode('invitationId', {
      type: Invitation,
      description: 'The declined invitation.',
    }),
  }),
});

mutation('withdrawInvitation', {
  description:
    'Withdraws an invitation. Allowed for OWNER and ADMIN. Only an OWNER can withdraw the invitation of an OWNER.',
  input: (t) => ({
    invitationId: t.idOf('Invitation', {
      required: true,
      description: 'The invitation, from `Organization.invitations`.',
    }),
  }),
  errors: [InvitationEndedError],
  act: withdrawInvitation,
  payload: (t) => ({
    invitation: t.exposeNode('invitationId', {
      type: Invitation,
      description: 'The withdrawn invitation.',
    }),
  }),
});
