import { RepositoryNotGrantedError, SlugTakenError } from '../../errors/errors.ts';
import { builder } from '../../schema/index.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';
import { ProjectKind } from '../../schema/project/enum.ts';
import { Project } from '../../schema/project/project.ts';
import { registerProject, registerProjectInput } from '../../services/project/project.ts';
import { archivable } from '../kit/archivable.ts';
import { mutation } from '../kit/mutation.ts';

builder.prismaObjectFields('Organization', (t) => ({
  project: t.field({
    type: Project,
    nullable: true,
    description: 'The project of the organization with a slug; null when no project has the slug.',
    args: { slug: t.arg.string({ required: true, description: 'The slug of the project.' }) },
    select: ({ slug }, _context, nested) => ({ projects: nested({ where: { slug }, take: 1 }) }),
    resolve: ({ projects: [project] }) => project ?? null,
  }),
  projects: t.relatedConnection('projects', {
    ...relatedList(),
    ...archivable(t, 'projects'),
    description: 'The projects of the organization, newest first.',
  }),
}));

mutation('registerProject', {
  description: 'Registers a project. Allowed for OWNER and ADMIN.',
  input: (t) => ({
    organizationId: t.idOf('Organization', {
      required: true,
      description: 'The organization that the project belongs to.',
    }),
    slug: t.string({
      required: true,
      description:
        "The project's name in URLs and session names, unique in the organization. 1 to 63 lower-case letters, digits and hyphens, without a hyphen at either end.",
    }),
    name: t.string({ required: true, description: "The project's display name, 1 to 100 characters." }),
    repoUrl: t.string({
      description:
        "The clone URL of the project's repository (https, ssh or `git@host:owner/name.git`), without a password or token. An SSH URL names the host itself, with a dot, and no alias of an SSH configuration. The operator must have granted the repository to the organization. A SCRATCH project has no repository.",
    }),
    kind: t.field({
      type: ProjectKind,
      required: true,
      defaultValue: 'SINGLE_REPO',
      description: 'Whether the project works on a repository.',
    }),
  }),
  schema: registerProjectInput,
  errors: [SlugTakenError, RepositoryNotGrantedError],
  act: registerProject,
  payload: (t) => ({
    project: t.exposeNode('projectId', { type: Project, description: 'The new project.' }),
  }),
});
