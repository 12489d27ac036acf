import type { Viewer as ViewerShape } from '../../auth/viewer.ts';
import { globalId } from '../../globalId.ts';
import { Agent } from '../agent/agent.ts';
import { builder } from '../kit/builder.ts';
import { Organization } from './organization.ts';
import { User } from './user.ts';

const ViewerKind = builder.enumType('ViewerKind', {
  description: 'What kind of viewer is asking.',
  values: {
    USER: { value: 'USER', description: 'A person, with the role of its membership.' },
    AGENT: { value: 'AGENT', description: 'An agent, acting for itself in its own organization.' },
  } as const,
});

export const Viewer = builder.objectRef<ViewerShape>('Viewer').implement({
  description: 'Who is asking, as far as its token reaches.',
  fields: (t) => ({
    id: t.id({
      description: 'The global id of the user or agent.',
      resolve: ({ kind, id }) => globalId(kind === 'AGENT' ? 'Agent' : 'User', id),
    }),
    kind: t.expose('kind', { type: ViewerKind, description: 'What kind of viewer.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    user: t.prismaField({
      type: User,
      nullable: true,
      description: 'The person; null when an agent is asking.',
      resolve: (query, { kind, id }, _args, { db }) =>
        kind === 'USER' ? db.prisma.user.findUniqueOrThrow({ ...query, where: { id } }) : null,
    }),
    agent: t.prismaField({
      type: Agent,
      nullable: true,
      description: 'The agent; null when a person is asking.',
      resolve: (query, { kind, id }, _args, { db }) =>
        kind === 'AGENT' ? db.prisma.agent.findUniqueOrThrow({ ...query, where: { id } }) : null,
    }),
    personalOrganization: t.prismaField({
      type: Organization,
      nullable: true,
      description:
        "The person's own organization, made with them; null when the token does not reach it, and of an agent.",
      resolve: (query, { id, roles }, _args, { db }) =>
        db.prisma.organization.findFirst({
          ...query,
          where: { personalOf: { id }, id: { in: [...roles.keys()] } },
        }),
    }),
    organizations: t.list({
      type: Organization,
      description: 'The organizations its token reaches, newest first.',
      where: ({ roles }) => ({ id: { in: [...roles.keys()] } }),
    }),
  }),
});
