/** An agent's action log: what it reports itself, and every mutation of its own that was refused. */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Prisma } from '../../../prisma/client/client.ts';
import { AgentActionOutcome } from '../../../prisma/client/enums.ts';
import { isOwnAgent } from '../../auth/own.ts';
import { authorize } from '../../auth/policy.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { Database } from '../../db.ts';
import type { UserError } from '../../errors.ts';
import { type Act, perform } from '../act/act.ts';
import { jsonObject, line, validate } from '../act/input.ts';
import { visibleAgent } from './agent.ts';

export const logAgentActionInput = z.object({
  action: line(1, 255),
  outcome: z.enum(AgentActionOutcome),
  metadata: jsonObject.nullish(),
});

const result = z.object({ agentId: z.guid(), agentActionId: z.guid() });
export type LoggedAction = z.output<typeof result>;

/** Adds an entry to an agent's log, for an action outside Muster. */
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
    async write(tx) {
      const { id: agentActionId } = await tx.agentAction.create({
        data: { organizationId, agentId, action, outcome, metadata: metadata ?? {} },
      });
      return { agentId, agentActionId };
    },
  });
}

/** Adds an entry for a refused mutation. A failure to write it is only logged: the caller gets the refusal either way. */
export async function recordRefusal(
  { viewer, requestId, db, log }: { viewer: Viewer; requestId: string; db: Database; log: Logger },
  action: string,
  { code, message }: UserError,
): Promise<void> {
  if (viewer.kind !== 'AGENT' || viewer.organizationId === null) return;
  const metadata: Prisma.InputJsonObject = { code, message, requestId };
  try {
    await db.prisma.agentAction.create({
      data: {
        organizationId: viewer.organizationId,
        agentId: viewer.id,
        action,
        outcome: 'DENIED',
        metadata,
      },
    });
  } catch (error) {
    log.warn(
      { err: error, requestId, agentId: viewer.id, action },
      'an agent’s refused mutation could not be recorded',
    );
  }
}
