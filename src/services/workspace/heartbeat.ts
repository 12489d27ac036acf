/** The heartbeats that an agent sends from its workspace. */
import { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import type { Viewer } from '../../auth/viewer.ts';
import { type Act, perform } from '../act/act.ts';
import { line, text, validate } from '../act/input.ts';
import { holdAgent } from '../agent/agent.ts';
import { statusAfterHeartbeat } from './heartbeatRule.ts';
import { liveWorkspace, visibleWorkspace } from './workspace.ts';

export const reportWorkspaceHeartbeatInput = z.object({
  errorRate: z.number().min(0).max(1).nullish(),
  sampleError: text(1, 1000).nullish(),
  isWedged: z.boolean().nullish(),
  activeTasks: z.int().min(0).nullish(),
  currentTask: line(1, 1000).nullish(),
  uptimeSeconds: z.int().min(0).nullish(),
});

const result = z.object({ workspaceId: z.guid() });
export type Heartbeat = z.output<typeof result>;

/**
 * Stores a heartbeat and sets the status of the workspace by it.
 * @throws WorkspaceRemovedError when the workspace is removed; nothing is stored
 */
export async function reportWorkspaceHeartbeat(
  act: Act,
  { workspaceId, ...input }: { workspaceId: string } & z.input<typeof reportWorkspaceHeartbeatInput>,
) {
  const { errorRate, sampleError, isWedged, activeTasks, currentTask, uptimeSeconds } = validate(
    reportWorkspaceHeartbeatInput,
    input,
  );
  const { organizationId } = await visibleWorkspace(act, workspaceId);
  const isSeated = await worksIn(act, act.viewer, workspaceId);
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'workspace.reportHeartbeat', organizationId, isSeated),
    queue: () => [act.viewer.id, workspaceId],
    async lock(tx) {
      // The agent first: a removal locks agents before it updates their workspaces. The other order would deadlock.
      await holdAgent(tx, act.viewer.id);
      await tx.$queryRaw`SELECT FROM workspace WHERE id = ${workspaceId}::uuid FOR NO KEY UPDATE`;
      return await liveWorkspace(tx, workspaceId);
    },
    async write(tx, { locked: { status } }) {
      const next = statusAfterHeartbeat(status, { errorRate: errorRate ?? 0, isWedged: isWedged ?? false });
      await tx.$executeRaw`
        UPDATE workspace
           SET status = ${next}::workspace_status, last_heartbeat_at = now(), error_rate = ${errorRate ?? null},
               sample_error = ${sampleError ?? null}, active_tasks = ${activeTasks ?? 0},
               current_task = ${currentTask ?? null}, uptime_seconds = ${uptimeSeconds ?? null}
         WHERE id = ${workspaceId}::uuid`;
      return { workspaceId };
    },
  });
}

/**
 * Whether the viewer is the agent of the workspace. An offboarded agent still counts, so that a late heartbeat to a
 * removed workspace is WORKSPACE_REMOVED and not FORBIDDEN.
 */
async function worksIn({ db }: Act, { kind, id }: Viewer, workspaceId: string): Promise<boolean> {
  return kind === 'AGENT' && (await db.prisma.agent.count({ where: { id, workspaceId } })) > 0;
}
