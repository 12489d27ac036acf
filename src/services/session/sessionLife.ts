import { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import { type Act, perform } from '../act/act.ts';
import { holdAgent } from '../agent/agent.ts';
import { lockProject } from '../project/project.ts';
import { relaunchSession } from './launch.ts';
import { liveOrchestrator, startingOrchestrator } from './orchestrator.ts';
import { lockSession, visibleSession } from './session.ts';
import { restoreRefusal } from './sessionRule.ts';

const result = z.object({ sessionId: z.guid() });
export type EndedOrRestored = z.output<typeof result>;

/**
 * Terminates a session. It keeps its pull requests, which other sessions may then claim without a takeover. No-op for
 * a session that is terminated already.
 */
export async function terminateSession(act: Act, { sessionId }: { sessionId: string }) {
  const { organizationId } = await visibleSession(act, sessionId);
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'session.terminate', organizationId),
    queue: () => [sessionId],
    lock: (tx) => lockSession(tx, sessionId),
    async write(tx) {
      // The database's clock, as for reports.
      await tx.$executeRaw`
        UPDATE session
           SET is_terminated = true, activity_state = 'EXITED', activity_last_at = clock_timestamp()
         WHERE id = ${sessionId}::uuid AND NOT is_terminated`;
      return { sessionId };
    },
  });
}

/**
 * Restores a terminated session: idle, without a first signal, and under a new launch id, so that reports of its
 * earlier process are ignored. Its pull requests and their owners stay as they are.
 *
 * @throws SessionNotRestorableError
 * @throws AgentNotRunningError
 * @throws OrchestratorRunningError
 */
export async function restoreSession(act: Act, { sessionId }: { sessionId: string }) {
  const { organizationId, agentId, projectId } = await visibleSession(act, sessionId);
  return await startingOrchestrator(() =>
    perform(act, {
      organizationId,
      result,
      authorize: (viewer) => authorize(viewer, 'session.restore', organizationId),
      queue: () => [projectId, sessionId, ...(agentId === null ? [] : [agentId])],
      lock: async (tx) => ({
        agent: agentId === null ? null : await holdAgent(tx, agentId),
        project: await lockProject(tx, projectId),
        session: await lockSession(tx, sessionId),
      }),
      async write(tx, { locked }) {
        const refusal = restoreRefusal({
          ...locked,
          orchestrator: await liveOrchestrator(tx, locked.project),
        });
        if (refusal) throw refusal;
        await relaunchSession(tx, sessionId);
        return { sessionId };
      },
    }),
  );
}
