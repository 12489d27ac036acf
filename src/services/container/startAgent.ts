/**
 * Starts the containers of hired agents. The runtime may be slow and the process may die at any moment, so no lock is
 * held while the runtime works, and a retry reaches the same state.
 */
import type { Workspace } from '../../../prisma/client/client.ts';
import { namesOf } from '../../value/workspacePath.ts';
import { lockAgent } from '../agent/agent.ts';
import { hasEnded } from '../agent/agentRule.ts';
import { failAgent } from '../agent/failAgent.ts';
import { type JobOutcome, type JobRun, transactFor } from '../port/job.ts';
import type { RuntimeWorkspace } from '../port/runtime.ts';
import { issueRuntimeToken, type RuntimeToken } from './runtimeToken.ts';

/** Starts the container of a PENDING agent, which is RUNNING then. When the last attempt fails it is in ERROR. */
export async function startAgent(run: JobRun, { agentId }: { agentId: string }): Promise<JobOutcome> {
  try {
    return await start(run, agentId);
  } catch (error) {
    if (run.isLast && !run.signal.aborted) {
      const failure = `The container did not start: ${error instanceof Error ? error.message : String(error)}`;
      // If this fails too, reconcileAgents finds the agent later.
      await failAgent(run, agentId, failure, ({ status }) => status === 'PENDING').catch((err) =>
        run.log.warn({ err, agentId }, 'jobs: an agent whose start failed could not be put in ERROR yet'),
      );
    }
    throw error;
  }
}

async function start(run: JobRun, agentId: string): Promise<JobOutcome> {
  const agent = await run.db.prisma.agent.findUniqueOrThrow({
    where: { id: agentId },
    include: { workspace: true },
  });
  const token = agent.status === 'PENDING' ? await issueRuntimeToken(run, agentId) : undefined;
  if (!token) return await leave(run, agentId);
  const workspace = agent.workspace && asContainer(agent.workspace);
  const { containerRef, output } = await run.runtime.start({ ...agent, workspace }, token.secret, run.signal);
  const outcome = await settle(run, agentId, containerRef, token);
  return { outcome, containerRef, output };
}

function asContainer({ id, path, role, runtime, tier, model, plugins, spec }: Workspace): RuntimeWorkspace {
  return { id, path: namesOf(path), role, runtime, tier, model, plugins, spec };
}

/** The agent is not PENDING, so there is nothing to start. An earlier attempt may have left a container. */
async function leave(run: JobRun, agentId: string): Promise<JobOutcome> {
  return await transactFor(run, async (tx) => {
    const agent = await lockAgent(tx, agentId);
    if (hasEnded(agent) && !run.isFirst) {
      await run.jobs.enqueue(tx, { name: 'agent.teardown', data: { agentId, containerRef: null } });
    }
    return { outcome: `The agent is ${agent.status}: there is nothing to start.` };
  });
}

/** Gives the started container to its agent, or enqueues its removal when the agent has ended. */
async function settle(run: JobRun, agentId: string, containerRef: string, { id }: RuntimeToken) {
  return await transactFor(run, async (tx) => {
    const agent = await lockAgent(tx, agentId);
    if (hasEnded(agent)) {
      await run.jobs.enqueue(tx, { name: 'agent.teardown', data: { agentId, containerRef } });
      return `The agent is ${agent.status}: the container is removed again.`;
    }
    if (agent.status === 'RUNNING') return 'Another attempt came first.';

    const { revokedAt } = await tx.token.findUniqueOrThrow({ where: { id } });
    if (revokedAt) throw new Error('The token that the container was started with is revoked already.');
    await tx.agent.update({ where: { id: agentId }, data: { status: 'RUNNING', containerRef } });
    return 'The agent is RUNNING.';
  });
}
