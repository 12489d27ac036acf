import type { Viewer as ViewerShape } from '../../auth/viewer.ts';
import { globalId } from '../../value/globalId.ts';
import { Agent } from '../agent/agent.ts';
import { builder } from '../kit/builder.ts';
import { Organization } from './organization.ts';
import { User } from './user.ts';

const ViewerKind = builder.enumType('ViewerKind', {
  description: 'The kind of viewer.',
  values: {
    USER: { value: 'USER', description: 'A person, who acts with the role of the membership.' },
    AGENT: { value: 'AGENT', description: 'An agent, which acts in its own organization.' },
  } as const,
});

export const Viewer = builder.objectRef<ViewerShape>('Viewer').implement({
  description: "The person or agent that the request's token acts for.",
  fields: (t) => ({
    id: t.id({
      description:
        'A global id for caches. It is not that of the person or agent, which `user` and `agent` return; `node` returns null for it.',
      resolve: ({ id }) => globalId('Viewer', id),
    }),
    kind: t.expose('kind', { type: ViewerKind, description: 'Whether the viewer is a person or an agent.' }),
    name: t.exposeString('name', { description: 'The name of the person or agent.' }),
    user: t.prismaField({
      type: User,
      nullable: true,
      description: 'The person; null when the viewer is an agent.',
      resolve: (query, { kind, id }, _args, { db }) =>
        kind === 'USER' ? db.reads.user.findFirst({ ...query, where: { id } }) : null,
    }),
    agent: t.prismaField({
      type: Agent,
      nullable: true,
      description: 'The agent; null when the viewer is a person.',
      resolve: (query, { kind, id }, _args, { db }) =>
        kind === 'AGENT' ? db.reads.agent.findFirst({ ...query, where: { id } }) : null,
    }),
    personalOrganization: t.prismaField({
      type: Organization,
      nullable: true,
      description:
        'The organization that was created together with the person. Null for an agent, and when the token does not work in it.',
      resolve: (query, { id, roles }, _args, { db }) =>
        db.reads.organization.findFirst({
          ...query,
          where: { personalOf: { id }, id: { in: [...roles.keys()] } },
        }),
    }),
    organizations: t.list({
      type: Organization,
      description: 'The organizations that the token works in, newest first.',
      where: ({ roles }) => ({ id: { in: [...roles.keys()] } }),
    }),
  }),
});
