import { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import { InvalidInputError } from '../../errors.ts';
import { type Act, perform } from '../act/act.ts';
import { line, validate } from '../act/input.ts';
import { assertGranted } from '../repositoryGrant/repositoryGrant.ts';
import { lockProject, projectResult, SCRATCH_WITH_REPOSITORY, visibleProject } from './project.ts';
import { parseRepositoryUrl } from './repository.ts';
import { repoUrl } from './repoUrl.ts';

/** The slug is not among them: the names of the sessions begin with it. */
export const updateProjectInput = z.object({ name: line(1, 100).nullish(), repoUrl: repoUrl.optional() });

/**
 * Changes the name and the repository of a project. Absent fields do not change.
 * @throws RepositoryNotGrantedError
 */
export async function updateProject(
  act: Act,
  { projectId, ...input }: { projectId: string } & z.input<typeof updateProjectInput>,
) {
  const { name, repoUrl } = validate(updateProjectInput, input);
  const { organizationId } = await visibleProject(act, projectId);
  return await perform(act, {
    organizationId,
    result: projectResult,
    authorize: (viewer) => authorize(viewer, 'project.update', organizationId),
    queue: () => [projectId],
    lock: (tx) => lockProject(tx, projectId),
    async write(tx, { locked: { kind } }) {
      const repository = repoUrl ? parseRepositoryUrl(repoUrl) : undefined;
      if (repository && kind === 'SCRATCH') throw new InvalidInputError([SCRATCH_WITH_REPOSITORY]);
      if (repository) await assertGranted(tx, organizationId, repository);
      await tx.project.update({ where: { id: projectId }, data: { name: name ?? undefined, repoUrl } });
      return { projectId };
    },
  });
}
