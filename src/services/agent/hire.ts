import type { Prisma, Workspace } from '../../../prisma/client/client.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { Tx } from '../../database/db.ts';
import { globalId } from '../../value/globalId.ts';
import type { Act } from '../act/act.ts';
import { holdQuota } from '../act/quota.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';

type Hiring = {
  organizationId: string;
  name: string;
  role: string;
  description?: string | null;
  config: Prisma.InputJsonObject;
  /** Vacant, and locked. */
  workspace: (Pick<Workspace, 'id' | 'name'> & { isExternal: boolean }) | null;
  /** The agent that it is installed from. */
  templateAgentId?: string;
};

/**
 * Hires an agent and returns its id. With a runtime, a job starts its container.
 * @throws QuotaExceededError
 */
export async function hire(
  tx: Tx,
  act: Act,
  viewer: Viewer,
  { workspace, ...agent }: Hiring,
): Promise<string> {
  const hasContainer = act.runtime.kind !== 'none' && !workspace?.isExternal;
  const { id: agentId } = await tx.agent.create({
    data: {
      ...agent,
      status: hasContainer ? 'PENDING' : 'RUNNING',
      hiredById: viewer.id,
      workspaceId: workspace?.id,
    },
  });
  if (hasContainer) await act.jobs.enqueue(tx, { name: 'agent.start', data: { agentId } });
  const { organizationId, name, role } = agent;
  await recordStructureEvent(tx, act, {
    organizationId,
    type: 'agent.hired',
    subject: { type: 'Agent', id: agentId },
    payload: {
      name,
      role,
      ...(workspace && {
        workspace: globalId('Workspace', workspace.id),
        workspaceName: workspace.name,
      }),
    },
  });
  await holdQuota(tx, act.quotas, 'AGENTS', organizationId);
  return agentId;
}
