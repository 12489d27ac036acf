import { can } from '../../auth/policy.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';
import { ProjectKind } from './enum.ts';

export const Project = builder.prismaNode('Project', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description: 'A piece of work that sessions run on, usually one repository.',
  fields: (t) => ({
    slug: t.exposeString('slug', {
      description: "The project's name in URLs and session names, unique in the organization.",
    }),
    name: t.exposeString('name', { description: 'The display name of the project.' }),
    repoUrl: t.exposeString('repoUrl', {
      nullable: true,
      description:
        "The clone URL of the project's repository, in which bare pull-request numbers are looked up; null when the project has none.",
    }),
    kind: t.expose('kind', { type: ProjectKind, description: 'Whether the project works on a repository.' }),
    silentAfterMinutes: t.exposeInt('silentAfterMinutes', {
      description:
        'The minutes after which a session of an agent is NO_SIGNAL when its process, ACTIVE or IDLE, has not reported. 15 by default.',
    }),
    severelySilentAfterMinutes: t.exposeInt('severelySilentAfterMinutes', {
      description:
        'The minutes after which the silence of such a session is severe (`Session.severeSilenceAt`). 60 by default.',
    }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the project was archived; null while it is in use. Sessions of an archived project cannot claim pull requests.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the project was registered.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the project last changed.' }),
    organization: t.relation('organization', {
      description: 'The organization that the project belongs to.',
    }),
    viewerCanUpdate: t.boolean({
      sharedBy: 'ROLE',
      select: { organizationId: true },
      description: 'Whether the viewer may update, archive and unarchive the project.',
      resolve: ({ organizationId }, _args, { viewer }) => can(viewer, 'project.update', organizationId),
    }),
  }),
});

liveNoun('Project', {
  changes: {
    PROJECT_CREATED: 'A project was registered.',
    PROJECT_UPDATED: 'A public field of a project changed, or an archived project was brought back.',
    PROJECT_ARCHIVED: 'A project was archived.',
  },
});
