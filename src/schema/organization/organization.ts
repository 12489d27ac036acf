import { type Action, can } from '../../auth/policy.ts';
import type { Context } from '../../context.ts';
import { builder } from '../kit/builder.ts';
import { relatedList } from '../kit/list/relatedList.ts';
import { MembershipRole } from './enum.ts';

const viewerCan = (action: Action, description: string) => ({
  sharedBy: 'ROLE' as const,
  description,
  select: { id: true } as const,
  resolve: ({ id }: { id: string }, _args: object, { viewer }: Context) => can(viewer, action, id),
});

export const Organization = builder.prismaNode('Organization', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  visible: ({ roles }) => ({ id: { in: [...roles.keys()] } }),
  description:
    'The tenant. Every other object belongs to one organization, and only its members and agents see it.',
  fields: (t) => ({
    slug: t.exposeString('slug', {
      description: "The organization's name in URLs, unique in the installation.",
    }),
    name: t.exposeString('name', { description: 'The display name of the organization.' }),
    viewerRole: t.field({
      sharedBy: 'ROLE',
      type: MembershipRole,
      nullable: true,
      description: "The viewer's role in the organization; null when the viewer is an agent.",
      select: { id: true },
      resolve: ({ id }, _args, { viewer }) => {
        const role = viewer.roles.get(id);
        return role === 'AGENT' ? null : role;
      },
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the organization was created.' }),
    viewerCanAddMember: t.boolean(
      viewerCan('member.add', 'Whether the viewer may invite people to the organization.'),
    ),
    viewerCanRegisterProject: t.boolean(
      viewerCan('project.register', 'Whether the viewer may register projects in the organization.'),
    ),
    viewerCanHireAgent: t.boolean(
      viewerCan('agent.hire', 'Whether the viewer may hire agents in the organization.'),
    ),
    viewerCanSpawnSession: t.boolean(
      viewerCan('session.spawn', 'Whether the viewer may spawn sessions in the organization.'),
    ),
    members: t.relatedConnection('memberships', {
      ...relatedList(),
      description: 'The current members of the organization, newest first.',
      query: { where: { removedAt: null } },
    }),
    tokens: t.relatedConnection('tokens', {
      ...relatedList(),
      description:
        'The API tokens of the organization, newest first, including revoked ones. Only the mutation that creates a token returns its secret.',
    }),
  }),
});
