import { can, canOver } from '../../auth/policy.ts';
import { visibleInvitations } from '../../auth/visibleInvitations.ts';
import { mayAnswer } from '../../services/invitation/invitationRule.ts';
import { globalId } from '../../value/globalId.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';
import { MembershipRole } from '../organization/enum.ts';
import { InvitationStatus } from './enum.ts';

/** Not `Organization`: its fields show everything to its members, and the invited person is none. */
const InvitingOrganization = builder
  .objectRef<{ id: string; slug: string; name: string }>('InvitingOrganization')
  .implement({
    sharedBy: 'MEMBERS',
    description: 'What the invited person sees of the organization.',
    fields: (t) => ({
      id: t.id({
        description:
          'A global id for caches. It is not that of the organization, because other fields belong to it; `node` returns null for it.',
        resolve: ({ id }) => globalId('InvitingOrganization', id),
      }),
      slug: t.exposeString('slug', { description: "The organization's name in URLs." }),
      name: t.exposeString('name', { description: 'The display name of the organization.' }),
    }),
  });

export const Invitation = builder.prismaNode('Invitation', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  visible: visibleInvitations,
  description:
    'The invitation of an e-mail address to become a member of an organization. It does not tell whether Muster knows a person with the address. The members of the organization see it, and so does the invited person while it is PENDING.',
  fields: (t) => ({
    organization: t.field({
      type: InvitingOrganization,
      description: 'The organization that the person is invited to.',
      select: { organization: { select: { id: true, slug: true, name: true } } },
      resolve: ({ organization }) => organization,
    }),
    email: t.exposeString('email', { description: 'The invited e-mail address, in lower case.' }),
    name: t.exposeString('name', {
      description: "The organization's own name for the person, which becomes `Membership.name`.",
    }),
    role: t.expose('role', {
      type: MembershipRole,
      description: 'The role that the person gets by accepting.',
    }),
    status: t.expose('status', {
      type: InvitationStatus,
      description: 'Whether the invitation is open, and how it ended.',
    }),
    invitedBy: t.relation('invitedBy', { description: 'The member who sent the invitation.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the invitation was sent.' }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the invitation was accepted, declined or withdrawn; null while it is PENDING.',
    }),
    viewerCanAnswer: t.boolean({
      sharedBy: null,
      description: 'Whether the viewer may accept and decline the invitation.',
      select: { email: true, status: true },
      resolve: (invitation, _args, { viewer }) =>
        invitation.status === 'PENDING' && mayAnswer(viewer, invitation),
    }),
    viewerCanWithdraw: t.boolean({
      sharedBy: 'ROLE',
      description: 'Whether the viewer may withdraw the invitation.',
      select: { organizationId: true, role: true, status: true },
      resolve: ({ organizationId, role, status }, _args, { viewer }) =>
        status === 'PENDING' &&
        can(viewer, 'member.add', organizationId) &&
        canOver(viewer, role, organizationId),
    }),
  }),
});

liveNoun('Invitation', {
  changes: {
    INVITATION_CREATED: 'A person was invited.',
    INVITATION_UPDATED: 'A public field of an invitation changed.',
    INVITATION_ARCHIVED: 'An invitation was accepted, declined or withdrawn.',
  },
});
