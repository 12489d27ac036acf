import { AlreadyMemberError, ForbiddenError, LastOwnerError } from '../../errors/errors.ts';
import { userError } from '../kit/userError.ts';
import { MembershipRole } from './enum.ts';
import { Membership } from './membership.ts';

userError(ForbiddenError, {
  description: "the viewer may see the object, but the viewer's role does not allow the mutation.",
  fields: (t) => ({
    reason: t.exposeString('reason', {
      description:
        'Why the viewer may not, as a sentence for people: `The agent was hired by another member.` Its wording may change.',
    }),
    requiredRole: t.expose('requiredRole', {
      type: MembershipRole,
      nullable: true,
      description:
        'The lowest role whose members may carry out the mutation on every such object. Null when no role suffices: the token has ended or works elsewhere, the platform defines the object, or only an agent may.',
    }),
  }),
});

userError(AlreadyMemberError, {
  description: 'the person is already a member of the organization.',
  fields: (t) => ({
    member: t.exposeNode('membershipId', { type: Membership, description: 'The existing membership.' }),
  }),
});

userError(LastOwnerError, {
  description: 'the organization would have no OWNER left.',
});
