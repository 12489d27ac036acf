/** The token with which an agent's container acts for the agent. */
import { hashSecret, newSecret, prefixOf } from '../../auth/secret.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import { lockAgent } from '../agent/agent.ts';
import { type JobRun, transactFor } from '../port/job.ts';

const LABEL = 'runtime';

export type RuntimeToken = { id: string; secret: string };

/**
 * Creates a token for an agent's container and revokes earlier ones, so that a retried start leaves one token. Undefined
 * when the agent is not PENDING any more.
 */
export async function issueRuntimeToken(run: JobRun, agentId: string): Promise<RuntimeToken | undefined> {
  return await transactFor(run, async (tx, author) => {
    const { status, organizationId } = await lockAgent(tx, agentId);
    if (status !== 'PENDING') return undefined;

    // Tokens of the runtime have no creator. One that a person created with this label stays.
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
