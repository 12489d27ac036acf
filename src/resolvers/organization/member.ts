import { AlreadyMemberError, LastOwnerError } from '../../errors.ts';
import { id } from '../../globalId.ts';
import { builder } from '../../schema/index.ts';
import { MembershipRole } from '../../schema/kit/enum.ts';
import { COMMON_ERRORS } from '../../schema/kit/error.ts';
import { mutationInput, type PayloadFields, payload } from '../../schema/kit/mutation.ts';
import { Membership } from '../../schema/organization/membership.ts';
import { type AddedMember, addMember, addMemberInput } from '../../services/organization/addMember.ts';
import {
  type ChangedMember,
  changeMemberRole,
  changeMemberRoleInput,
} from '../../services/organization/changeMemberRole.ts';
import { type RemovedMember, removeMember } from '../../services/organization/removeMember.ts';
import { acting } from '../kit/act.ts';

const AddMemberInput = mutationInput('AddMemberInput', 'What `addMember` takes.', (t) => ({
  organizationId: t.id({ required: true, description: 'The organization to join.' }),
  email: t.string({
    required: true,
    description:
      "The person's e-mail address, by which Muster knows them. One whom it knows already is a member at once, without being asked, and is shown under their own name.",
  }),
  name: t.string({
    required: true,
    description: "The person's name, 1 to 100 characters. Taken for a person whom Muster does not know yet.",
  }),
  role: t.field({
    type: MembershipRole,
    required: true,
    defaultValue: 'MEMBER',
    description: 'What they may do; at most what the viewer may.',
  }),
}));

const memberField = <Result extends { membershipId: string }>(
  t: PayloadFields<Result>,
  description: string,
) =>
  t.prismaField({
    type: Membership,
    description,
    resolve: (query, { membershipId }, _args, { db }) =>
      db.prisma.membership.findUniqueOrThrow({ ...query, where: { id: membershipId } }),
  });

const AddMemberPayload = payload<AddedMember>('AddMemberPayload', 'What `addMember` answers.', (t) => ({
  member: memberField(t, 'The new membership.'),
}));

builder.mutationField('addMember', (t) =>
  t.field({
    type: AddMemberPayload,
    description: 'Makes a person a member. For OWNER and ADMIN; only an OWNER makes an OWNER.',
    args: { input: t.arg({ type: AddMemberInput, required: true, description: 'See its fields.' }) },
    errors: {
      types: [...COMMON_ERRORS, AlreadyMemberError],
      union: { description: 'What `addMember` comes to.' },
    },
    resolve: (_root, { input }, context) =>
      acting(
        context,
        'addMember',
        input,
        (act) =>
          addMember(act, {
            ...input,
            organizationId: id('Organization', input.organizationId),
          }),
        addMemberInput,
      ),
  }),
);

const ChangeMemberRoleInput = mutationInput(
  'ChangeMemberRoleInput',
  'What `changeMemberRole` takes.',
  (t) => ({
    memberId: t.id({ required: true, description: 'The membership: the `id` of one of `members`.' }),
    role: t.field({
      type: MembershipRole,
      required: true,
      description: 'What the person may do from now on; at most what the viewer may.',
    }),
  }),
);

const ChangeMemberRolePayload = payload<ChangedMember>(
  'ChangeMemberRolePayload',
  'What `changeMemberRole` answers.',
  (t) => ({ member: memberField(t, 'The membership, with its new role.') }),
);

builder.mutationField('changeMemberRole', (t) =>
  t.field({
    type: ChangeMemberRolePayload,
    description:
      'Gives a member another role. The person’s open subscriptions end within a second, to be opened again under the new rights. When the person rises, its tokens for this organization that others made are revoked: they know the secrets. For OWNER and ADMIN; only an OWNER makes or unmakes an OWNER, and the last one stays.',
    args: { input: t.arg({ type: ChangeMemberRoleInput, required: true, description: 'See its fields.' }) },
    errors: {
      types: [...COMMON_ERRORS, LastOwnerError],
      union: { description: 'What `changeMemberRole` comes to.' },
    },
    resolve: (_root, { input }, context) =>
      acting(
        context,
        'changeMemberRole',
        input,
        (act) => changeMemberRole(act, { ...input, membershipId: id('Membership', input.memberId) }),
        changeMemberRoleInput,
      ),
  }),
);

const RemoveMemberInput = mutationInput('RemoveMemberInput', 'What `removeMember` takes.', (t) => ({
  memberId: t.id({ required: true, description: 'The membership: the `id` of one of `members`.' }),
}));

const RemoveMemberPayload = payload<RemovedMember>(
  'RemoveMemberPayload',
  'What `removeMember` answers.',
  (t) => ({
    member: memberField(t, 'The membership, which has ended.'),
    revokedTokens: t.int({
      description: 'How many tokens of the person’s for this organization were good until now.',
      resolve: ({ revokedTokens }) => revokedTokens,
    }),
  }),
);

builder.mutationField('removeMember', (t) =>
  t.field({
    type: RemoveMemberPayload,
    description:
      'Ends a membership. The person sees nothing of the organization any more, its tokens for it are revoked, its open subscriptions close within a second; the agents it hired stay. For OWNER and ADMIN, and for everybody to leave; only an OWNER removes an OWNER, and the last one stays. Twice is a no-op.',
    args: { input: t.arg({ type: RemoveMemberInput, required: true, description: 'See its fields.' }) },
    errors: {
      types: [...COMMON_ERRORS, LastOwnerError],
      union: { description: 'What `removeMember` comes to.' },
    },
    resolve: (_root, { input }, context) =>
      acting(context, 'removeMember', input, (act) =>
        removeMember(act, { membershipId: id('Membership', input.memberId) }),
      ),
  }),
);
