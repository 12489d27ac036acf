import type { Agent } from '../../../prisma/client/client.ts';
import type { Tx } from '../../db.ts';
import { globalId } from '../../globalId.ts';
import { storable } from '../act/storable.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import { type JobRun, transactFor } from '../port/job.ts';
import { lockAgent } from './agent.ts';
import { lockHoldings } from './offboardAgent.ts';

const FAILURE_MAX_CHARACTERS = 1_000;

/**
 * An agent cannot go on without its container: it is in ERROR and holds nothing any more, and what is left of the
 * container is handed to a job that takes it down.
 *
 * @param isStillSo asked under the lock: whether it is as it was found. Answers whether it was.
 */
export async function failAgent(
  run: JobRun,
  agentId: string,
  failure: string,
  isStillSo: (agent: Agent, tx: Tx) => boolean | Promise<boolean>,
): Promise<boolean> {
  const told = storable(failure.slice(0, FAILURE_MAX_CHARACTERS));
  return await transactFor(run, async (tx, author) => {
    const agent = await lockAgent(tx, agentId);
    if (!(await isStillSo(agent, tx))) return false;

    const { organizationId, containerRef } = agent;
    const holdings = await lockHoldings(tx, agentId);
    await tx.agent.update({
      where: { id: agentId },
      data: { status: 'ERROR', failure: told, containerRef: null },
    });
    await run.jobs.enqueue(tx, { name: 'agent.teardown', data: { agentId, containerRef } });
    await recordStructureEvent(tx, author, {
      organizationId,
      type: 'agent.failed',
      subject: { type: 'Agent', id: agentId },
      payload: {
        failure: told,
        releasedRepos: holdings.releasedRepos.map(({ owner, name }) => `${owner}/${name}`),
        terminatedSessions: holdings.terminatedSessionIds.map((id) => globalId('Session', id)),
        revokedTokens: holdings.revokedTokens,
      },
    });
    return true;
  });
}
