/** The token by which what runs in an agent's container acts for the agent. */
import { hashSecret, newSecret, prefixOf } from '../../auth/secret.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import { lockAgent } from '../agent/agent.ts';
import { type JobRun, transactFor } from '../port/job.ts';

const LABEL = 'runtime';

export type RuntimeToken = { id: string; secret: string };

/**
 * Makes a token for an agent's container, and revokes those made before: a start that is tried again leaves one.
 * Undefined when the agent is no longer PENDING.
 */
export async function issueRuntimeToken(run: JobRun, agentId: string): Promise<RuntimeToken | undefined> {
  return await transactFor(run, async (tx, author) => {
    const { status, organizationId } = await lockAgent(tx, agentId);
    if (status !== 'PENDING') return undefined;

    // Who made a token of that label by hand keeps it: those of the runtime were made by nobody.
    const earlier = await tx.token.updateManyAndReturn({
      where: { agentId, label: LABEL, createdById: null, revokedAt: null },
      data: { revokedAt: new Date() },
    });
    const secret = newSecret();
    const made = await tx.token.create({
      data: { organizationId, agentId, label: LABEL, prefix: prefixOf(secret), hash: hashSecret(secret) },
    });
    for (const token of [...earlier, made]) {
      await recordStructureEvent(tx, author, {
        organizationId,
        type: token === made ? 'token.created' : 'token.revoked',
        subject: { type: 'Token', id: token.id },
        payload: { label: LABEL, prefix: token.prefix },
      });
    }
    return { id: made.id, secret };
  });
}
