import { AlreadyMemberError, LastOwnerError } from '../../errors.ts';
import { userError } from '../kit/userError.ts';
import { Membership } from './membership.ts';

userError(AlreadyMemberError, {
  description: 'the person is a member already.',
  fields: (t) => ({
    member: t.exposeNode('membershipId', { type: Membership, description: 'The membership there is.' }),
  }),
});

userError(LastOwnerError, {
  description: 'the organization would be left without an OWNER.',
});
