import { can, canOver } from '../../auth/policy.ts';
import { isOwnMembership } from '../../services/organization/memberRule.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';
import { MembershipRole } from './enum.ts';

const SUBJECT = { organizationId: true, userId: true, role: true, removedAt: true } as const;

export const Membership = builder.prismaNode('Membership', {
  id: { field: 'id' },
  description: 'A person in an organization, with what they may do there.',
  fields: (t) => ({
    user: t.relation('user', { description: 'The person.' }),
    role: t.expose('role', { type: MembershipRole, description: 'What they may do.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Since when.' }),
    removedAt: t.expose('removedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when, if no more. A removed membership is kept, and no longer listed.',
    }),
    viewerCanChangeRole: t.boolean({
      description:
        'Whether the viewer may give it another role, up to its own. The last OWNER stays one all the same.',
      select: SUBJECT,
      resolve: ({ organizationId, role, removedAt }, _args, { viewer }) =>
        removedAt === null &&
        can(viewer, 'member.changeRole', organizationId) &&
        canOver(viewer, role, organizationId),
    }),
    viewerCanRemove: t.boolean({
      description: 'Whether the viewer may end it; one may end one’s own. The last OWNER stays all the same.',
      select: SUBJECT,
      resolve: ({ organizationId, userId, role, removedAt }, _args, { viewer }) =>
        removedAt === null &&
        can(viewer, 'member.remove', organizationId, isOwnMembership(viewer, { userId })) &&
        canOver(viewer, role, organizationId),
    }),
  }),
});

liveNoun('Membership', {
  changes: {
    MEMBER_CREATED: 'A person became a member.',
    MEMBER_UPDATED: "A member's role changed.",
    MEMBER_ARCHIVED: 'A member was removed.',
  },
});
