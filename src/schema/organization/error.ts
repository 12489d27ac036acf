import { AlreadyMemberError, LastOwnerError } from '../../errors.ts';
import { userError } from '../kit/userError.ts';
import { Membership } from './membership.ts';

userError(AlreadyMemberError, {
  description: 'the person is already a member of the organization.',
  fields: (t) => ({
    member: t.exposeNode('membershipId', { type: Membership, description: 'The existing membership.' }),
  }),
});

userError(LastOwnerError, {
  description: 'the organization would have no OWNER left.',
});
