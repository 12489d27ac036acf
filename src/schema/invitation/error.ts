import { AlreadyInvitedError, InvitationEndedError } from '../../errors/errors.ts';
import { userError } from '../kit/userError.ts';
import { InvitationStatus } from './enum.ts';
import { Invitation } from './invitation.ts';

userError(AlreadyInvitedError, {
  description: 'an invitation of the address to the organization is PENDING.',
  fields: (t) => ({
    invitation: t.exposeNode('invitationId', { type: Invitation, description: 'The open invitation.' }),
  }),
});

userError(InvitationEndedError, {
  description: 'the invitation was accepted, declined or withdrawn.',
  fields: (t) => ({
    status: t.expose('status', { type: InvitationStatus, description: 'How the invitation ended.' }),
  }),
});
