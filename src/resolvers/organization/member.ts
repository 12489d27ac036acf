import { AlreadyInvitedError, AlreadyMemberError, LastOwnerError } from '../../errors/errors.ts';
import { Invitation } from '../../schema/invitation/invitation.ts';
import { MembershipRole } from '../../schema/organization/enum.ts';
import { Membership } from '../../schema/organization/membership.ts';
import { addMember, addMemberInput } from '../../services/organization/addMember.ts';
import { changeMemberRole, changeMemberRoleInput } from '../../services/organization/changeMemberRole.ts';
import { removeMember } from '../../services/organization/removeMember.ts';
import { globalId } from '../../value/globalId.ts';
import { mutation } from '../kit/mutation.ts';

mutation('addMember', {
  description:
    'Invites a person to become a member of an organization. The person accepts with `acceptInvitation`. A person whom Muster does not know yet accepts once the operator has created a token for the address. The answer is the same whether Muster knows the address or not. Allowed for OWNER and ADMIN. Only an OWNER can invite an OWNER.',
  input: (t) => ({
    organizationId: t.idOf('Organization', {
      required: true,
      description: 'The organization that the person is invited to.',
    }),
    email: t.string({
      required: true,
      description: "The person's e-mail address. Muster identifies people by it.",
    }),
    name: t.string({
      required: true,
      description:
        "The organization's own name for the person, 1 to 100 characters. No other organization sees it.",
    }),
    role: t.field({
      type: MembershipRole,
      required: true,
      defaultValue: 'MEMBER',
      description: "The role of the new member, at most the viewer's own.",
    }),
  }),
  schema: addMemberInput,
  errors: [AlreadyMemberError, AlreadyInvitedError],
  act: addMember,
  payload: (t) => ({
    invitation: t.exposeNode('invitationId', { type: Invitation, description: 'The new invitation.' }),
  }),
});

mutation('changeMemberRole', {
  description:
    "Gives a member another role. The person's open subscriptions end within one second, and the client opens them again with the new rights. A demotion revokes the person's tokens for this organization and those that the person created in it for others and for agents, and withdraws the person's open invitations. A promotion revokes the person's tokens for this organization that others created, because their creators know the secrets. Allowed for OWNER and ADMIN. Only an OWNER can make or change an OWNER, and an organization keeps at least one OWNER.",
  input: (t) => ({
    memberId: t.idOf('Membership', {
      required: true,
      description: 'The global id of the membership, from `Organization.members`.',
    }),
    role: t.field({
      type: MembershipRole,
      required: true,
      description: "The new role, at most the viewer's own.",
    }),
  }),
  schema: changeMemberRoleInput,
  errors: [LastOwnerError],
  act: (act, { memberId, ...input }) => changeMemberRole(act, { ...input, membershipId: memberId }),
  payload: (t) => ({
    member: t.exposeNode('membershipId', {
      type: Membership,
      description: 'The membership with its new role.',
    }),
    revokedTokenIds: t.idList({
      description: 'The global ids of the tokens that were valid until now.',
      resolve: ({ revokedTokenIds }) => revokedTokenIds.map((id) => globalId('Token', id)),
    }),
  }),
});

mutation('removeMember', {
  description:
    "Ends a membership. The person no longer sees the organization. The person's tokens for the organization are revoked, as are those that the person created in it for others and for agents, and their open subscriptions close within one second. The person's open invitations are withdrawn. Tokens that Muster created for the containers of agents stay. The agents that the person hired stay. Ending a membership that has ended changes nothing. Allowed for OWNER and ADMIN, and for every member to leave. Only an OWNER can remove an OWNER, and an organization keeps at least one OWNER.",
  input: (t) => ({
    memberId: t.idOf('Membership', {
      required: true,
      description: 'The global id of the membership, from `Organization.members`.',
    }),
  }),
  errors: [LastOwnerError],
  act: (act, { memberId }) => removeMember(act, { membershipId: memberId }),
  payload: (t) => ({
    member: t.exposeNode('membershipId', {
      type: Membership,
      description: 'The ended membership.',
    }),
    revokedTokens: t.int({
      description:
        'The number of tokens that were valid until now: those of the person for this organization, and those that the person created in it.',
      resolve: ({ revokedTokenIds }) => revokedTokenIds.length,
    }),
    revokedTokenIds: t.idList({
      description: 'The global ids of these tokens.',
      resolve: ({ revokedTokenIds }) => revokedTokenIds.map((id) => globalId('Token', id)),
    }),
  }),
});
