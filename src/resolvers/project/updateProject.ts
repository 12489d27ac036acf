import { RepositoryNotGrantedError } from '../../errors/errors.ts';
import { Project } from '../../schema/project/project.ts';
import { updateProject, updateProjectInput } from '../../services/project/updateProject.ts';
import { mutation } from '../kit/mutation.ts';

mutation('updateProject', {
  description: `Changes a project. Fields that are left out do not change. The slug and the kind of a project cannot be changed, because the names of its sessions begin with the slug.

A repository that was renamed or transferred is corrected with \`repoUrl\`. Its pull requests stay the same rows: a claim by the new URL, or by the number, finds the pull request that was claimed under the old name.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND
3. FORBIDDEN
4. IDEMPOTENCY_CONFLICT
5. INVALID_INPUT: the project is a SCRATCH project, and \`repoUrl\` is given, or \`severelySilentAfterMinutes\` would be fewer than \`silentAfterMinutes\`.
6. REPOSITORY_NOT_GRANTED

Allowed for OWNER and ADMIN.`,
  input: (t) => ({
    projectId: t.idOf('Project', { required: true, description: 'The project to change.' }),
    name: t.string({ description: 'The new display name of the project, 1 to 100 characters.' }),
    repoUrl: t.string({
      description:
        "The new clone URL of the project's repository, under the rules of `registerProject`. Null takes the repository away.",
    }),
    silentAfterMinutes: t.int({
      description:
        'The minutes after which a session of an agent is NO_SIGNAL when its process, ACTIVE or IDLE, has not reported: 1 to 10,080.',
    }),
    severelySilentAfterMinutes: t.int({
      description:
        'The minutes after which the silence of such a session is severe: 1 to 10,080, and not fewer than `silentAfterMinutes`.',
    }),
  }),
  schema: updateProjectInput,
  errors: [RepositoryNotGrantedError],
  act: updateProject,
  payload: (t) => ({
    project: t.exposeNode('projectId', { type: Project, description: 'The changed project.' }),
  }),
});
