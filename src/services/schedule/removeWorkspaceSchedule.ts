import { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import { InvalidInputError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { line, validate } from '../act/input.ts';
import { treeOf, visibleWorkspace } from '../workspace/workspace.ts';
import { lockSchedules } from './lockSchedules.ts';

export const removeWorkspaceScheduleInput = z.object({ name: line(1, 255) });

const result = z.object({ workspaceId: z.guid() });
export type RemovedSchedule = z.output<typeof result>;

/**
 * Deletes a schedule with its record of runs. The sessions that it spawned stay. No-op when there is none of that name.
 * @throws WorkspaceRemovedError
 */
export async function removeWorkspaceSchedule(
  act: Act,
  { workspaceId, ...input }: { workspaceId: string } & z.input<typeof removeWorkspaceScheduleInput>,
) {
  const { name } = validate(removeWorkspaceScheduleInput, input);
  const { organizationId } = await visibleWorkspace(act, workspaceId);
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'workspace.update', organizationId),
    queue: () => [treeOf(organizationId)],
    lock: (tx) => lockSchedules(tx, organizationId, workspaceId),
    async write(tx) {
      const schedule = await tx.workspaceSchedule.findFirst({ where: { workspaceId, name } });
      if (schedule?.source === 'TEMPLATE') {
        throw new InvalidInputError([
          { path: 'name', message: 'an import made this schedule: take it out of the org file' },
        ]);
      }
      if (schedule) await tx.workspaceSchedule.delete({ where: { id: schedule.id } });
      return { workspaceId };
    },
  });
}
