/** Compares the stored state of agents with the state of their containers. */
import type { Agent } from '../../../prisma/client/client.ts';
import { failAgent } from '../agent/failAgent.ts';
import type { JobOutcome, JobRun } from '../port/job.ts';
import type { ContainerState } from '../port/runtime.ts';

const PAGE_AGENTS = 96;
const INSPECTIONS_AT_ONCE = 8;

const FAILURES: Record<Exclude<ContainerState, 'RUNNING'>, string> = {
  EXITED: 'The container has exited.',
  GONE: 'The container is gone.',
};

/**
 * Puts agents in ERROR whose container has exited or is gone, and PENDING agents without a start job. An inspection that
 * fails changes nothing.
 *
 * @throws RuntimeError when all inspections so far have failed: the runtime itself is at fault
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
      // The runtime is at fault: more inspections would fail too.
      if (found.unanswered === found.inspected) throw refused[0]?.reason;
      found.failed += inspections.filter((each) => each.status === 'fulfilled' && each.value).length;
    }
  }
  return { ...found, lost };
}

/** Returns whether the agent was put in ERROR. */
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

/** A process that dies during the last attempt of a start leaves its agent PENDING. */
async function failLostStarts(run: JobRun): Promise<number> {
  const pending = await run.db.prisma.agent.findMany({ where: { status: 'PENDING' }, select: { id: true } });
  let lost = 0;
  for (const { id } of pending) {
    const isLost = await failAgent(
      run,
      id,
      'The container did not start, and no job is starting it any more.',
      async ({ status }, tx) =>
        status === 'PENDING' &&
        !(await run.jobs.isAwaited(tx, { name: 'agent.start', data: { agentId: id } })),
    );
    if (isLost) lost += 1;
  }
  return lost;
}
