import { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import { InvalidInputError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { line, validate } from '../act/input.ts';
import { assertGranted } from '../repositoryGrant/repositoryGrant.ts';
import { lockProject, projectResult, SCRATCH_WITH_REPOSITORY, visibleProject } from './project.ts';
import { parseRepositoryUrl } from './repository.ts';
import { repoUrl } from './repoUrl.ts';

const SEVERE_BEFORE_SILENT = {
  path: 'severelySilentAfterMinutes',
  message: 'must not be less than silentAfterMinutes',
};

/** A week at most. */
const minutes = z.int().min(1).max(10_080);

/** The slug is not among them: the names of the sessions begin with it. */
export const updateProjectInput = z.object({
  name: line(1, 100).nullish(),
  repoUrl: repoUrl.optional(),
  silentAfterMinutes: minutes.nullish(),
  severelySilentAfterMinutes: minutes.nullish(),
});

/**
 * Changes the name and the repository of a project. Absent fields do not change.
 * @throws RepositoryNotGrantedError
 */
export async function updateProject(
  act: Act,
  { projectId, ...input }: { projectId: string } & z.input<typeof updateProjectInput>,
) {
  const { name, repoUrl, ...limits } = validate(updateProjectInput, input);
  const { organizationId } = await visibleProject(act, projectId);
  return await perform(act, {
    organizationId,
    result: projectResult,
    authorize: (viewer) => authorize(viewer, 'project.update', organizationId),
    queue: () => [projectId],
    lock: (tx) => lockProject(tx, projectId),
    async write(tx, { locked: { kind, ...kept } }) {
      const repository = repoUrl ? parseRepositoryUrl(repoUrl) : undefined;
      if (repository && kind === 'SCRATCH') throw new InvalidInputError([SCRATCH_WITH_REPOSITORY]);
      if (repository) await assertGranted(tx, organizationId, repository);
      const silentAfterMinutes = limits.silentAfterMinutes ?? kept.silentAfterMinutes;
      const severelySilentAfterMinutes = limits.severelySilentAfterMinutes ?? kept.severelySilentAfterMinutes;
      if (severelySilentAfterMinutes < silentAfterMinutes)
        throw new InvalidInputError([SEVERE_BEFORE_SILENT]);
      await tx.project.update({
        where: { id: projectId },
        data: { name: name ?? undefined, repoUrl, silentAfterMinutes, severelySilentAfterMinutes },
      });
      return { projectId };
    },
  });
}
