import type { Tx } from '../../../database/db.ts';
import { globalId } from '../../../value/globalId.ts';
import { type Author, recordStructureEvents } from '../../act/structureEvent.ts';
import type { JobQueue } from '../../port/job.ts';
import type { PlacedWorkspace } from './workspaces.ts';

type Employment = { organizationId: string; importId: string; hiredById: string };
type HiredAgent = {
  id: string;
  workspaceId: string;
  workspaceName: string;
  name: string;
  role: string;
  status: 'PENDING' | 'RUNNING';
};

/**
 * Hires an agent for each new workspace. The agent gets the workspace's name and the first line of its role. An agent
 * without a container is RUNNING at once; jobs start the containers of the others.
 * @returns the number of RUNNING agents
 */
export async function seatAgents(
  tx: Tx,
  by: Author & { jobs: JobQueue },
  { organizationId, importId, hiredById }: Employment,
  created: readonly PlacedWorkspace[],
): Promise<number> {
  if (created.length === 0) return 0;
  const hired = await tx.$queryRaw<HiredAgent[]>`
    INSERT INTO agent (organization_id, workspace_id, name, role, status, hired_by_id)
    SELECT w.organization_id, w.id, rtrim(left(w.name, 100)),
           rtrim(left(coalesce(split_part(w.role, E'\n', 1), w.name), 100)),
           (CASE w.status WHEN 'PROVISIONING' THEN 'PENDING' ELSE 'RUNNING' END)::agent_status, ${hiredById}::uuid
      FROM workspace w WHERE w.id = ANY(${created.map(({ id }) => id)}::uuid[])
     ORDER BY w.path
    RETURNING id, workspace_id AS "workspaceId",
              (SELECT w.name FROM workspace w WHERE w.id = workspace_id) AS "workspaceName", name, role, status::text AS status`;
  const pending = hired.filter(({ status }) => status === 'PENDING');
  await by.jobs.enqueueAll(
    tx,
    'agent.start',
    pending.map(({ id }) => ({ agentId: id })),
  );
  await recordStructureEvents(
    tx,
    by,
    hired.map(({ id, workspaceId, workspaceName, name, role }) => ({
      organizationId,
      type: 'agent.hired',
      subject: { type: 'Agent', id },
      payload: { name, role, workspace: globalId('Workspace', workspaceId), workspaceName },
      importId,
    })),
  );
  return hired.length - pending.length;
}
