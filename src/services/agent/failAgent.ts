import type { Agent } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import { storable } from '../act/storable.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import { type JobRun, transactFor } from '../port/job.ts';
import { lockAgent } from './agent.ts';
import { describeHoldings, lockHoldings, NOTHING, releasedHoldings } from './holdings.ts';

const FAILURE_MAX_CHARACTERS = 1_000;

/**
 * Puts an agent without a working container in ERROR and releases what it holds. A job removes what is left of the
 * container. A trigger leaves that job, unless a start that failed has returned no reference.
 *
 * @param isStillSo asked under the agent's lock; false when the agent has changed since it was found
 * @returns whether the agent was put in ERROR
 */
export async function failAgent(
  run: JobRun,
  agentId: string,
  failure: string,
  isStillSo: (agent: Agent, tx: Tx) => boolean | Promise<boolean>,
): Promise<boolean> {
  const reason = storable(failure.slice(0, FAILURE_MAX_CHARACTERS));
  return await transactFor(run, async (tx, author) => {
    const agent = await lockAgent(tx, agentId);
    if (!(await isStillSo(agent, tx))) return false;

    const { organizationId, name, containerRef } = agent;
    const locked = await lockHoldings(tx, [agentId]);
    await tx.agent.update({
      where: { id: agentId },
      data: { status: 'ERROR', failure: reason, containerRef: null },
    });
    const holdings = (await releasedHoldings(tx, locked)).get(agentId) ?? NOTHING;
    if (containerRef === null) {
      await run.jobs.enqueue(tx, { name: 'agent.teardown', data: { agentId, containerRef } });
    }
    await recordStructureEvent(tx, author, {
      organizationId,
      type: 'agent.failed',
      subject: { type: 'Agent', id: agentId },
      payload: { name, failure: reason, ...describeHoldings(holdings) },
    });
    return true;
  });
}
