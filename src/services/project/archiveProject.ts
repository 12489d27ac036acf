import { authorize } from '../../auth/policy.ts';
import { type Act, perform } from '../act/act.ts';
import { lockProject, projectResult, visibleProject } from './project.ts';

type Input = { projectId: string };

/** Archives a project, unless it is archived already. */
export const archiveProject = (act: Act, { projectId }: Input) => setArchived(act, projectId, true);

/** Brings an archived project back, unless it is in use. */
export const unarchiveProject = (act: Act, { projectId }: Input) => setArchived(act, projectId, false);

/** Acts that start a session in the project wait for its lock. So none starts after the project is archived. */
async function setArchived(act: Act, projectId: string, isArchived: boolean) {
  const { organizationId } = await visibleProject(act, projectId);
  return await perform(act, {
    organizationId,
    result: projectResult,
    authorize: (viewer) => authorize(viewer, 'project.update', organizationId),
    queue: () => [projectId],
    lock: (tx) => lockProject(tx, projectId),
    async write(tx) {
      await tx.$executeRaw`
        UPDATE project SET archived_at = CASE WHEN ${isArchived} THEN now() END
         WHERE id = ${projectId}::uuid AND (archived_at IS NOT NULL) <> ${isArchived}`;
      return { projectId };
    },
  });
}
