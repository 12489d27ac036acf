/**
 * Hired agents get their containers. The runtime may be slow and the process may die at any moment, so nothing is locked
 * while it works, and whoever tries next comes to the same end.
 */
import { lockAgent } from '../agent/agent.ts';
import { hasEnded } from '../agent/agentRule.ts';
import { failAgent } from '../agent/failAgent.ts';
import { type JobOutcome, type JobRun, transactFor } from '../port/job.ts';
import { issueRuntimeToken, type RuntimeToken } from './runtimeToken.ts';

/** Has the container of a PENDING agent started; then the agent is RUNNING. After the last attempt it is in ERROR. */
export async function startAgent(run: JobRun, { agentId }: { agentId: string }): Promise<JobOutcome> {
  try {
    return await start(run, agentId);
  } catch (error) {
    if (run.isLast && !run.signal.aborted) {
      const failure = `The container did not start: ${error instanceof Error ? error.message : String(error)}`;
      // If that fails too, the reconciliation finds an agent that nobody is starting.
      await failAgent(run, agentId, failure, ({ status }) => status === 'PENDING').catch((err) =>
        run.log.warn({ err, agentId }, 'jobs: a start that failed could not be noted yet'),
      );
    }
    throw error;
  }
}

async function start(run: JobRun, agentId: string): Promise<JobOutcome> {
  const agent = await run.db.prisma.agent.findUniqueOrThrow({ where: { id: agentId } });
  const token = agent.status === 'PENDING' ? await issueRuntimeToken(run, agentId) : undefined;
  if (!token) return await leave(run, agentId);
  const { containerRef, output } = await run.runtime.start(agent, token.secret, run.signal);
  const came = await settle(run, agentId, containerRef, token);
  return { came, containerRef, output };
}

/** Whose agent is not PENDING has nothing to start. But an attempt before this one may have. */
async function leave(run: JobRun, agentId: string): Promise<JobOutcome> {
  return await transactFor(run, async (tx) => {
    const agent = await lockAgent(tx, agentId);
    if (hasEnded(agent) && !run.isFirst) {
      await run.jobs.enqueue(tx, { name: 'agent.teardown', data: { agentId, containerRef: null } });
    }
    return { came: `The agent is ${agent.status}: there is nothing to start.` };
  });
}

/** What becomes of a container that has started: the agent's, or none's any more. */
async function settle(run: JobRun, agentId: string, containerRef: string, { id }: RuntimeToken) {
  return await transactFor(run, async (tx) => {
    const agent = await lockAgent(tx, agentId);
    if (hasEnded(agent)) {
      await run.jobs.enqueue(tx, { name: 'agent.teardown', data: { agentId, containerRef } });
      return `The agent is ${agent.status}: the container is taken down again.`;
    }
    if (agent.status === 'RUNNING') return 'Another attempt came first.';

    const { revokedAt } = await tx.token.findUniqueOrThrow({ where: { id } });
    if (revokedAt) throw new Error('The token that the container was started with is revoked already.');
    await tx.agent.update({ where: { id: agentId }, data: { status: 'RUNNING', containerRef } });
    return 'The agent is RUNNING.';
  });
}
