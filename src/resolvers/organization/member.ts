import { AlreadyMemberError, LastOwnerError } from '../../errors.ts';
import { MembershipRole } from '../../schema/organization/enum.ts';
import { Membership } from '../../schema/organization/membership.ts';
import { addMember, addMemberInput } from '../../services/organization/addMember.ts';
import { changeMemberRole, changeMemberRoleInput } from '../../services/organization/changeMemberRole.ts';
import { removeMember } from '../../services/organization/removeMember.ts';
import { mutation } from '../kit/mutation.ts';

mutation('addMember', {
  description: 'Makes a person a member. For OWNER and ADMIN; only an OWNER makes an OWNER.',
  input: (t) => ({
    organizationId: t.idOf('Organization', { required: true, description: 'The organization to join.' }),
    email: t.string({
      required: true,
      description:
        "The person's e-mail address, by which Muster knows them. One whom it knows already is a member at once, without being asked, and is shown under their own name.",
    }),
    name: t.string({
      required: true,
      description:
        "The person's name, 1 to 100 characters. Taken for a person whom Muster does not know yet.",
    }),
    role: t.field({
      type: MembershipRole,
      required: true,
      defaultValue: 'MEMBER',
      description: 'What they may do; at most what the viewer may.',
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
    'Gives a member another role. The person’s open subscriptions end within a second, to be opened again under the new rights. When the person rises, its tokens for this organization that others made are revoked: they know the secrets. For OWNER and ADMIN; only an OWNER makes or unmakes an OWNER, and the last one stays.',
  input: (t) => ({
    memberId: t.idOf('Membership', {
      required: true,
      description: 'The membership: the `id` of one of `members`.',
    }),
    role: t.field({
      type: MembershipRole,
      required: true,
      description: 'What the person may do from now on; at most what the viewer may.',
    }),
  }),
  schema: changeMemberRoleInput,
  errors: [LastOwnerError],
  act: (act, { memberId, ...input }) => changeMemberRole(act, { ...input, membershipId: memberId }),
  payload: (t) => ({
    member: t.exposeNode('membershipId', {
      type: Membership,
      description: 'The membership, with its new role.',
    }),
  }),
});

mutation('removeMember', {
  description:
    'Ends a membership. The person sees nothing of the organization any more, its tokens for it are revoked, its open subscriptions close within a second; the agents it hired stay. For OWNER and ADMIN, and for everybody to leave; only an OWNER removes an OWNER, and the last one stays. Twice is a no-op.',
  input: (t) => ({
    memberId: t.idOf('Membership', {
      required: true,
      description: 'The membership: the `id` of one of `members`.',
    }),
  }),
  errors: [LastOwnerError],
  act: (act, { memberId }) => removeMember(act, { membershipId: memberId }),
  payload: (t) => ({
    member: t.exposeNode('membershipId', {
      type: Membership,
      description: 'The membership, which has ended.',
    }),
    revokedTokens: t.exposeInt('revokedTokens', {
      description: 'How many tokens of the person’s for this organization were good until now.',
    }),
  }),
});
