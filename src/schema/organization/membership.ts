import { can, canOver } from '../../auth/policy.ts';
import { isOwnMembership } from '../../services/organization/memberRule.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';
import { MembershipRole } from './enum.ts';

const SUBJECT = { organizationId: true, userId: true, role: true, removedAt: true } as const;

export const Membership = builder.prismaNode('Membership', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description: 'The membership of a person in an organization.',
  fields: (t) => ({
    user: t.relation('user', { description: 'The person who is the member.' }),
    role: t.expose('role', {
      type: MembershipRole,
      description: 'The role of the person in the organization.',
    }),
    name: t.exposeString('name', {
      nullable: true,
      description:
        "The organization's own name for the member, which the invitation gave; null when the organization gave none. No other organization sees it.",
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the person became a member.' }),
    removedAt: t.expose('removedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the membership ended; null for a current member. An ended membership is kept and no longer listed.',
    }),
    viewerCanChangeRole: t.boolean({
      sharedBy: 'ROLE',
      description:
        "Whether the viewer may give the member another role, up to the viewer's own. The last OWNER cannot be given another role even when this is true.",
      select: SUBJECT,
      resolve: ({ organizationId, role, removedAt }, _args, { viewer }) =>
        removedAt === null &&
        can(viewer, 'member.changeRole', organizationId) &&
        canOver(viewer, role, organizationId),
    }),
    viewerCanRemove: t.boolean({
      sharedBy: 'VIEWER',
      description:
        'Whether the viewer may end the membership. Members may end their own. The last OWNER cannot be removed even when this is true.',
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
    MEMBER_ARCHIVED: 'A membership ended.',
  },
});
