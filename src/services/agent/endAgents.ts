import type { Tx } from '../../database/db.ts';
import type { Author } from '../act/structureEvent.ts';
import { recordStructureEvents } from '../act/structureEvent.ts';
import {
  describeHoldings,
  type Holdings,
  type LockedHoldings,
  NOTHING,
  releasedHoldings,
} from './holdings.ts';

type Ending = {
  organizationId: string;
  /** Locked, and none of them offboarded. */
  agentIds: string[];
  /** What they hold, locked. */
  holdings: Map<string, LockedHoldings>;
  reason: string | null;
};

/**
 * Stops agents for good, with as many statements for a thousand as for one. A trigger releases what they hold and leaves
 * their containers to jobs. A start that is under way leaves such a job itself when it ends.
 *
 * @returns what was released, by the agent's id
 */
export async function endAgents(
  tx: Tx,
  by: Author,
  { organizationId, agentIds, holdings, reason }: Ending,
): Promise<Map<string, Holdings>> {
  if (agentIds.length === 0) return new Map();
  const ended = await tx.$queryRaw<{ id: string; name: string }[]>`
    UPDATE agent SET status = 'STOPPED', offboarded_at = now(), offboard_reason = ${reason}, container_ref = NULL
     WHERE id = ANY(${agentIds}::uuid[])
    RETURNING id, name`;
  const released = await releasedHoldings(tx, holdings);
  const names = new Map(ended.map(({ id, name }) => [id, name]));
  await recordStructureEvents(
    tx,
    by,
    agentIds.map((id) => ({
      organizationId,
      type: 'agent.offboarded',
      subject: { type: 'Agent', id },
      payload: { name: names.get(id) ?? null, reason, ...describeHoldings(released.get(id) ?? NOTHING) },
    })),
  );
  return released;
}
