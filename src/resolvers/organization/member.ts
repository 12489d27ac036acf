import { AlreadyMemberError, LastOwnerError } from '../../errors.ts';
import { MembershipRole } from '../../schema/organization/enum.ts';
import { Membership } from '../../schema/organization/membership.ts';
import { addMember, addMemberInput } from '../../services/organization/addMember.ts';
import { changeMemberRole, changeMemberRoleInput } from '../../services/organization/changeMemberRole.ts';
import { removeMember } from '../../services/organization/removeMember.ts';
import { mutation } from '../kit/mutation.ts';

mutation('addMember', {
  description:
    'Adds a person to an organization at once, without an invitation. Allowed for OWNER and ADMIN. Only an OWNER can add an OWNER.',
  input: (t) => ({
    organizationId: t.idOf('Organization', {
      required: true,
      description: 'The organization that the person joins.',
    }),
    email: t.string({
      required: true,
      description:
        "The person's e-mail address. Muster identifies people by it. A person whom Muster knows already joins under the name they have.",
    }),
    name: t.string({
      required: true,
      description:
        "The person's name, 1 to 100 characters. Used only when Muster does not know the e-mail address yet.",
    }),
    role: t.field({
      type: MembershipRole,
      required: true,
      defaultValue: 'MEMBER',
      description: "The role of the new member, at most the viewer's own.",
    }),
  }),
  schema: addMemberInput,
  errors: [AlreadyMemberError],
  act: addMember,
  payload: (t) => ({
    member: t.exposeNode('membershipId', { type: Membership, description: 'The new membership.' }),
  }),
});

mutation('changeMemberRole', {
  description:
    "Gives a member another role. The person's open subscriptions end within one second, and the client opens them again with the new rights. A promotion revokes the person's tokens for this organization that others created, because their creators know the secrets. Allowed for OWNER and ADMIN. Only an OWNER can make or change an OWNER, and an organization keeps at least one OWNER.",
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
  }),
});

mutation('removeMember', {
  description:
    "Ends a membership. The person no longer sees the organization. The person's tokens for the organization are revoked, and their open subscriptions close within one second. The agents that the person hired stay. Ending a membership that has ended changes nothing. Allowed for OWNER and ADMIN, and for every member to leave. Only an OWNER can remove an OWNER, and an organization keeps at least one OWNER.",
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
    revokedTokens: t.exposeInt('revokedTokens', {
      description: "The number of the person's tokens for this organization that were valid until now.",
    }),
  }),
});
