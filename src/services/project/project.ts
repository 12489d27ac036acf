import { z } from 'zod';
import type { Project } from '../../../prisma/client/client.ts';
import { ProjectKind } from '../../../prisma/client/enums.ts';
import { authorize } from '../../auth/policy.ts';
import type { Tx } from '../../database/db.ts';
import { violatedConstraint } from '../../database/sqlError.ts';
import { NotFoundError, SlugTakenError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { columns } from '../act/columns.ts';
import { line, slug, validate } from '../act/input.ts';
import { assertGranted } from '../repositoryGrant/repositoryGrant.ts';
import { parseRepositoryUrl } from './repository.ts';
import { repoUrl } from './repoUrl.ts';

/** The issue of a repository that is given to a project of kind SCRATCH. */
export const SCRATCH_WITH_REPOSITORY = { path: 'repoUrl', message: 'a scratch project has no repository' };

export const registerProjectInput = z
  .object({
    slug,
    name: line(1, 100),
    repoUrl,
    kind: z.enum(ProjectKind),
  })
  .superRefine(({ kind, repoUrl }, context) => {
    if (kind === 'SCRATCH' && repoUrl) {
      const { path, message } = SCRATCH_WITH_REPOSITORY;
      context.addIssue({ code: 'custom', path: [path], message });
    }
  });

export const projectResult = z.object({ projectId: z.guid() });

/**
 * @throws RepositoryNotGrantedError
 * @throws SlugTakenError
 */
export async function registerProject(
  act: Act,
  { organizationId, ...input }: { organizationId: string } & z.input<typeof registerProjectInput>,
) {
  const data = validate(registerProjectInput, input);
  const repository = data.repoUrl === null ? undefined : parseRepositoryUrl(data.repoUrl);
  try {
    return await perform(act, {
      organizationId,
      result: projectResult,
      authorize: (viewer) => authorize(viewer, 'project.register', organizationId),
      async write(tx) {
        if (repository) await assertGranted(tx, organizationId, repository);
        const project = await tx.project.create({ data: { organizationId, ...data } });
        return { projectId: project.id };
      },
    });
  } catch (error) {
    if (violatedConstraint(error) === 'project_slug_key') throw new SlugTakenError(data.slug);
    throw error;
  }
}

/**
 * The project, if the viewer sees it.
 * @throws NotFoundError
 */
export async function visibleProject(act: Act, projectId: string): Promise<Project> {
  const project = await act.db.prisma.project.findFirst({
    where: { id: projectId, organizationId: { in: [...act.viewer.roles.keys()] } },
  });
  if (!project) throw new NotFoundError('projectId');
  return project;
}

/**
 * Locks a project for an act that changes it or starts a session in it. Acts that number another session wait. Projects are
 * kept, so it exists.
 */
export async function lockProject(tx: Tx, projectId: string): Promise<Project> {
  const [project] = await tx.$queryRaw<[Project]>`
    SELECT ${columns('Project')} FROM project WHERE id = ${projectId}::uuid FOR NO KEY UPDATE`;
  return project;
}
