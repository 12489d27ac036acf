import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';
import { ProjectKind } from './enum.ts';

export const Project = builder.prismaNode('Project', {
  id: { field: 'id' },
  description: 'What sessions work on.',
  fields: (t) => ({
    slug: t.exposeString('slug', {
      description: 'Its name in URLs and in session names; unique in its organization.',
    }),
    name: t.exposeString('name', { description: 'Its name for people.' }),
    repoUrl: t.exposeString('repoUrl', {
      nullable: true,
      description: 'Its repository, by which bare pull-request numbers are resolved; null: none is known.',
    }),
    kind: t.expose('kind', { type: ProjectKind, description: 'What it works on.' }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When it was archived; null while it is in use. Sessions of an archived project claim nothing.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was registered.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    organization: t.relation('organization', { description: 'Whose it is.' }),
  }),
});

liveNoun('Project', {
  changes: {
    PROJECT_CREATED: 'A project was registered.',
    PROJECT_UPDATED: 'A public field of a project changed.',
    PROJECT_ARCHIVED: 'A project was archived.',
  },
});
