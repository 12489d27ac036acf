import { SlugTakenError } from '../../errors.ts';
import { builder } from '../../schema/index.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';
import { ProjectKind } from '../../schema/project/enum.ts';
import { Project } from '../../schema/project/project.ts';
import { registerProject, registerProjectInput } from '../../services/project/project.ts';
import { mutation } from '../kit/mutation.ts';

builder.prismaObjectFields('Organization', (t) => ({
  project: t.prismaField({
    type: Project,
    nullable: true,
    description: 'One of its projects.',
    args: { slug: t.arg.string({ required: true, description: "The project's slug." }) },
    resolve: (query, { id }, { slug }, { db }) =>
      db.prisma.project.findUnique({
        ...query,
        where: { organizationId_slug: { organizationId: id, slug } },
      }),
  }),
  projects: t.relatedConnection('projects', {
    ...relatedList(),
    description: 'Its projects, newest first, archived ones among them.',
  }),
}));

mutation('registerProject', {
  description: 'Registers a project. For OWNER and ADMIN.',
  input: (t) => ({
    organizationId: t.idOf('Organization', { required: true, description: 'Whose project it is to be.' }),
    slug: t.string({
      required: true,
      description:
        'Its name in URLs and session names; unique in the organization. 1 to 63 lower-case letters, digits and hyphens, no hyphen at either end.',
    }),
    name: t.string({ required: true, description: 'Its name for people, 1 to 100 characters.' }),
    repoUrl: t.string({
      description:
        'The clone URL of its repository (https, ssh or `git@host:owner/name.git`). A scratch project has none.',
    }),
    kind: t.field({
      type: ProjectKind,
      required: true,
      defaultValue: 'SINGLE_REPO',
      description: 'What it works on.',
    }),
  }),
  schema: registerProjectInput,
  errors: [SlugTakenError],
  act: registerProject,
  payload: (t) => ({
    project: t.exposeNode('projectId', { type: Project, description: 'The new project.' }),
  }),
});
