import { SlugTakenError } from '../../errors.ts';
import { id } from '../../globalId.ts';
import { builder } from '../../schema/index.ts';
import { ProjectKind } from '../../schema/kit/enum.ts';
import { COMMON_ERRORS } from '../../schema/kit/error.ts';
import { mutationInput, payload } from '../../schema/kit/mutation.ts';
import { Project } from '../../schema/project/project.ts';
import {
  type RegisteredProject,
  registerProject,
  registerProjectInput,
} from '../../services/project/project.ts';
import { acting } from '../kit/act.ts';

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
    cursor: 'id',
    totalCount: true,
    description: 'Its projects, newest first, archived ones among them.',
  }),
}));

const RegisterProjectInput = mutationInput('RegisterProjectInput', 'What `registerProject` takes.', (t) => ({
  organizationId: t.id({ required: true, description: 'Whose project it is to be.' }),
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
}));

const RegisterProjectPayload = payload<RegisteredProject>(
  'RegisterProjectPayload',
  'What `registerProject` answers.',
  (t) => ({
    project: t.prismaField({
      type: Project,
      description: 'The new project.',
      resolve: (query, { projectId }, _args, { db }) =>
        db.prisma.project.findUniqueOrThrow({ ...query, where: { id: projectId } }),
    }),
  }),
);

builder.mutationField('registerProject', (t) =>
  t.field({
    type: RegisterProjectPayload,
    description: 'Registers a project. For OWNER and ADMIN.',
    args: { input: t.arg({ type: RegisterProjectInput, required: true, description: 'See its fields.' }) },
    errors: {
      types: [...COMMON_ERRORS, SlugTakenError],
      union: { description: 'What `registerProject` comes to.' },
    },
    resolve: (_root, { input }, context) =>
      acting(
        context,
        'registerProject',
        input,
        (act) =>
          registerProject(act, {
            ...input,
            organizationId: id('Organization', input.organizationId),
          }),
        registerProjectInput,
      ),
  }),
);
