import type { Tx } from '../../db.ts';
import type { Author } from '../act/structureEvent.ts';
import { recordStructureEvents } from '../act/structureEvent.ts';
import type { JobQueue } from '../port/job.ts';
import { describeHoldings, type Holdings, NOTHING } from './holdings.ts';

export type EndingAgent = { id: string; containerRef: string | null };

type Ending = {
  organizationId: string;
  /** Locked, and none of them offboarded. */
  agents: EndingAgent[];
  /** What they hold, locked. */
  holdings: Map<string, Holdings>;
  reason: string | null;
};

/**
 * Stops agents for good, with as many statements for a thousand as for one. A trigger releases what they hold, and jobs
 * remove their containers. A start that is under way leaves such a job itself when it ends.
 */
export async function endAgents(
  tx: Tx,
  by: Author & { jobs: JobQueue },
  { organizationId, agents, holdings, reason }: Ending,
): Promise<void> {
  if (agents.length === 0) return;
  await tx.$executeRaw`
    UPDATE agent SET status = 'STOPPED', offboarded_at = now(), offboard_reason = ${reason}, container_ref = NULL
     WHERE id = ANY(${agents.map(({ id }) => id)}::uuid[])`;
  await by.jobs.enqueueAll(
    tx,
    'agent.teardown',
    agents
      .filter(({ containerRef }) => containerRef !== null)
      .map(({ id, containerRef }) => ({ agentId: id, containerRef })),
  );
  await recordStructureEvents(
    tx,
    by,
    agents.map(({ id }) => ({
      organizationId,
      type: 'agent.offboarded',
      subject: { type: 'Agent', id },
      payload: { reason, ...describeHoldings(holdings.get(id) ?? NOTHING) },
    })),
  );
}
