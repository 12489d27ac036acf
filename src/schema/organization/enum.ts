import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const MembershipRole = dbEnum(
  'MembershipRole',
  values.MembershipRole,
  'The role of a member, which decides what the member may do in an organization.',
  {
    OWNER: 'May do everything.',
    ADMIN:
      "May do everything except change or remove an OWNER, grant the role OWNER, and create or revoke an OWNER's tokens.",
    MEMBER:
      'May read everything, hire agents, spawn, rename, terminate and restore sessions, and claim pull requests. May manage the agents it hired, its own tokens and the tokens of those agents.',
  },
);
