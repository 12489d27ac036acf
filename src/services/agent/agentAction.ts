/** An agent's action log: what it reports itself, and every mutation of its own that was refused. */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Prisma } from '../../../prisma/client/client.ts';
import { AgentActionOutcome } from '../../../prisma/client/enums.ts';
import { isOwnAgent } from '../../auth/own.ts';
import { authorize } from '../../auth/policy.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { Quotas } from '../../config/quotas.ts';
import type { Database } from '../../database/db.ts';
import type { UserError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { jsonObject, line, validate } from '../act/input.ts';
import { assertWithin } from '../act/quota.ts';
import { visibleAgent } from './agent.ts';
import { countAction, countRefusal } from './agentUsage.ts';

export const logAgentActionInput = z.object({
  action: line(1, 255),
  outcome: z.enum(AgentActionOutcome),
  metadata: jsonObject.nullish(),
});

const result = z.object({ agentId: z.guid(), agentActionId: z.guid() });
export type LoggedAction = z.output<typeof result>;

/**
 * Adds an entry to an agent's log, for an action outside Muster.
 * @throws QuotaExceededError
 */
export async function logAgentAction(
  act: Act,
  { agentId, ...input }: { agentId: string } & z.input<typeof logAgentActionInput>,
) {
  const { action, outcome, metadata } = validate(logAgentActionInput, input);
  const agent = await visibleAgent(act, agentId);
  const { organizationId } = agent;
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'agent.logAction', organizationId, isOwnAgent(viewer, agent)),
    queue: () => [agentId],
    // Locks the row that counts the agent's entries.
    lock: (tx) => countAction(tx, { organizationId, agentId }, bytesOf(action, metadata)),
    async write(tx, { locked: { count, bytes } }) {
      assertWithin(act.quotas, 'AGENT_ACTIONS_PER_DAY', count);
      assertWithin(act.quotas, 'AGENT_ACTION_BYTES_PER_DAY', bytes);
      const { id: agentActionId } = await tx.agentAction.create({
        data: { organizationId, agentId, action, outcome, metadata: metadata ?? {} },
      });
      return { agentId, agentActionId };
    },
  });
}

function bytesOf(action: string, metadata: unknown): number {
  return Buffer.byteLength(action) + Buffer.byteLength(JSON.stringify(metadata ?? {}));
}

type Refused = { viewer: Viewer; requestId: string; db: Database; quotas: Quotas; log: Logger };

/**
 * Adds an entry for a refused mutation; beyond the limit of a minute it is only counted, in the last entry of the minute.
 * A failure to write it is only logged: the caller gets the refusal either way.
 */
export async function recordRefusal(
  { viewer, requestId, db, quotas, log }: Refused,
  action: string,
  { code, message }: UserError,
): Promise<void> {
  if (viewer.kind !== 'AGENT' || viewer.organizationId === null) return;
  const { id: agentId, organizationId } = viewer;
  const place = { organizationId, agentId };
  const queue = [`refusals ${agentId}`];
  try {
    await db.transact({ actor: viewer, requestId, queue }, async (tx) => {
      const { isListed, entryId: id } = await countRefusal(tx, place, quotas.agentRefusalsPerMinute);
      if (isListed) {
        const metadata: Prisma.InputJsonObject = { code, message, requestId };
        await tx.agentAction.create({ data: { id, ...place, action, outcome: 'DENIED', metadata } });
      } else {
        await tx.agentAction.update({ where: { id }, data: { furtherRefusals: { increment: 1 } } });
      }
    });
  } catch (error) {
    log.warn({ err: error, requestId, agentId, action }, 'an agent’s refused mutation could not be recorded');
  }
}
