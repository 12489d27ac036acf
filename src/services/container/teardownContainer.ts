import type { JobOutcome, JobRun } from '../port/job.ts';

/** Stops a container gracefully and removes it. A retry does no harm. */
export async function teardownContainer(
  run: JobRun,
  { agentId, containerRef }: { agentId: string; containerRef: string | null },
): Promise<JobOutcome> {
  const agent = await run.db.prisma.agent.findUniqueOrThrow({ where: { id: agentId } });
  const stopped = await run.runtime.stop(agent, containerRef, run.signal);
  const removed = await run.runtime.remove(agent, containerRef, run.signal);
  return { stop: stopped.output, remove: removed.output };
}
