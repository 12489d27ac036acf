/** What is recorded of agents is compared with what has become of them. */
import type { Agent } from '../../../prisma/client/client.ts';
import { failAgent } from '../agent/failAgent.ts';
import type { JobOutcome, JobRun } from '../port/job.ts';
import type { ContainerState } from '../port/runtime.ts';

/** Read at once. */
const PAGE_AGENTS = 96;
const INSPECTIONS_AT_ONCE = 8;

const FAILURES: Record<Exclude<ContainerState, 'RUNNING'>, string> = {
  EXITED: 'The container has exited.',
  GONE: 'The container is gone.',
};

/**
 * Finds the agents that cannot be working although they should, and puts them in ERROR: those whose container has exited
 * or is gone, and those that nobody is starting any more. What the runtime does not answer changes nothing.
 *
 * @throws {RuntimeError} when it answers nothing at all: then it is the runtime that is at fault.
 */
export async function reconcileAgents(run: JobRun): Promise<JobOutcome> {
  const lost = await failLostStarts(run);
  const found = { inspected: 0, failed: 0, unanswered: 0 };
  for await (const agents of pagesOfContainers(run)) {
    for (let at = 0; at < agents.length; at += INSPECTIONS_AT_ONCE) {
      const inspections = await Promise.allSettled(
        agents.slice(at, at + INSPECTIONS_AT_ONCE).map((agent) => reconcile(run, agent)),
      );
      const refused = inspections.filter((inspection) => inspection.status === 'rejected');
      found.inspected += inspections.length;
      found.unanswered += refused.length;
      // Nothing so far: there is no use in asking on.
      if (found.unanswered === found.inspected) throw refused[0]?.reason;
      found.failed += inspections.filter((each) => each.status === 'fulfilled' && each.value).length;
    }
  }
  return { ...found, lost };
}

/** Answers whether its container was found to have ended. */
async function reconcile(run: JobRun, agent: Agent): Promise<boolean> {
  const { id, containerRef } = agent;
  if (containerRef === null) return false;
  const state = await run.runtime.inspect(agent, containerRef, run.signal);
  if (state === 'RUNNING') return false;
  return await failAgent(
    run,
    id,
    FAILURES[state],
    (current) => current.status === 'RUNNING' && current.containerRef === containerRef,
  );
}

async function* pagesOfContainers({ db, signal }: JobRun): AsyncGenerator<Agent[]> {
  for (let after: string | undefined; !signal.aborted; ) {
    const agents: Agent[] = await db.prisma.agent.findMany({
      where: { status: 'RUNNING', containerRef: { not: null }, id: { gt: after } },
      orderBy: { id: 'asc' },
      take: PAGE_AGENTS,
    });
    if (agents.length > 0) yield agents;
    if (agents.length < PAGE_AGENTS) return;
    after = agents.at(-1)?.id;
  }
}

/** A start that died with its process, at its last attempt, has put nobody in ERROR. */
async function failLostStarts(run: JobRun): Promise<number> {
  const pending = await run.db.prisma.agent.findMany({ where: { status: 'PENDING' }, select: { id: true } });
  let lost = 0;
  for (const { id } of pending) {
    const isLost = await failAgent(
      run,
      id,
      'The container did not start, and nobody is starting it any more.',
      async ({ status }, tx) =>
        status === 'PENDING' &&
        !(await run.jobs.isAwaited(tx, { name: 'agent.start', data: { agentId: id } })),
    );
    if (isLost) lost += 1;
  }
  return lost;
}
