import { type Action, can } from '../../auth/policy.ts';
import type { Context } from '../../context.ts';
import { builder } from '../kit/builder.ts';
import { relatedList } from '../kit/list/relatedList.ts';
import { MembershipRole } from './enum.ts';

const viewerCan = (action: Action, description: string) => ({
  description,
  select: { id: true } as const,
  resolve: ({ id }: { id: string }, _args: object, { viewer }: Context) => can(viewer, action, id),
});

export const Organization = builder.prismaNode('Organization', {
  id: { field: 'id' },
  visible: ({ roles }) => ({ id: { in: [...roles.keys()] } }),
  description: 'The tenant: everything belongs to one, and nothing of it is seen from outside.',
  fields: (t) => ({
    slug: t.exposeString('slug', { description: 'Its name in URLs; unique.' }),
    name: t.exposeString('name', { description: 'Its name for people.' }),
    viewerRole: t.field({
      type: MembershipRole,
      nullable: true,
      description: "The viewer's role in it; null when the viewer is an agent.",
      select: { id: true },
      resolve: ({ id }, _args, { viewer }) => {
        const role = viewer.roles.get(id);
        return role === 'AGENT' ? null : role;
      },
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    viewerCanAddMember: t.boolean(viewerCan('member.add', 'Whether the viewer may add members.')),
    viewerCanRegisterProject: t.boolean(
      viewerCan('project.register', 'Whether the viewer may register projects.'),
    ),
    viewerCanHireAgent: t.boolean(viewerCan('agent.hire', 'Whether the viewer may hire agents.')),
    viewerCanSpawnSession: t.boolean(viewerCan('session.spawn', 'Whether the viewer may spawn sessions.')),
    members: t.relatedConnection('memberships', {
      ...relatedList(),
      description: 'Its members, newest first.',
      query: { where: { removedAt: null } },
    }),
    tokens: t.relatedConnection('tokens', {
      ...relatedList(),
      description:
        'Its API tokens, newest first, revoked ones among them. Secrets are shown once, at creation.',
    }),
  }),
});
