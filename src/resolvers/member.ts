import { AlreadyMemberError } from '../errors.ts';
import { id } from '../globalId.ts';
import { MembershipRole } from '../schema/enum.ts';
import { COMMON_ERRORS } from '../schema/error.ts';
import { builder } from '../schema/index.ts';
import { Membership } from '../schema/membership.ts';
import { mutationInput, payload } from '../schema/mutation.ts';
import { addMember, addMemberInput } from '../services/member.ts';
import { acting } from './act.ts';

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

const AddMemberPayload = payload<{ membershipId: string }>(
  'AddMemberPayload',
  'What `addMember` answers.',
  (t) => ({
    member: t.prismaField({
      type: Membership,
      description: 'The new membership.',
      resolve: (query, { membershipId }, _args, { db }) =>
        db.prisma.membership.findUniqueOrThrow({ ...query, where: { id: membershipId } }),
    }),
  }),
);

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
