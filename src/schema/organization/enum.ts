import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const MembershipRole = dbEnum('MembershipRole', values.MembershipRole, 'What a member may do.', {
  OWNER: 'Everything.',
  ADMIN: 'Everything but what concerns owners, and granting OWNER.',
  MEMBER:
    'Read everything; hire agents; spawn and terminate sessions, claim pull requests; direct and offboard the agents it hired; make tokens for itself and for them.',
});
