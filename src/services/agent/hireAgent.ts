import { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import { type Act, perform } from '../act/act.ts';
import { jsonObject, line, text, validate } from '../act/input.ts';
import { quotaOf } from '../act/quota.ts';
import { lockVacancy } from '../workspace/vacancy.ts';
import { treeOf, visibleWorkspace } from '../workspace/workspace.ts';
import { hire } from './hire.ts';

export const hireAgentInput = z.object({
  name: line(1, 100),
  role: line(1, 100),
  description: text(1, 4_000).nullish(),
  config: jsonObject.nullish(),
});

const result = z.object({ agentId: z.guid() });
export type Hired = z.output<typeof result>;

/**
 * Hires an agent, for a vacant workspace or for none. Without a runtime, and in an external workspace, it is RUNNING at
 * once. With a runtime it is PENDING until a job has started its container.
 *
 * @throws WorkspaceRemovedError
 * @throws WorkspaceOccupiedError
 * @throws QuotaExceededError
 */
export async function hireAgent(
  act: Act,
  {
    organizationId,
    workspaceId,
    ...input
  }: { organizationId: string; workspaceId?: string | null } & z.input<typeof hireAgentInput>,
) {
  const { name, role, description, config } = validate(hireAgentInput, input);
  if (workspaceId != null) await visibleWorkspace(act, workspaceId, organizationId);
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'agent.hire', organizationId),
    queue: () => [
      quotaOf(organizationId, 'AGENTS'),
      ...(workspaceId == null ? [] : [treeOf(organizationId)]),
    ],
    lock: async (tx) => (workspaceId == null ? null : await lockVacancy(tx, organizationId, workspaceId)),
    async write(tx, { viewer, locked: workspace }) {
      const agentId = await hire(tx, act, viewer, {
        organizationId,
        name,
        role,
        description,
        config: config ?? {},
        workspace,
      });
      return { agentId };
    },
  });
}
