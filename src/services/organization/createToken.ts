import { z } from 'zod';
import { authorize, authorizeOver } from '../../auth/policy.ts';
import { hashSecret, newSecret, prefixOf } from '../../auth/secret.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { Tx } from '../../database/db.ts';
import { InvalidInputError, NotFoundError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { recall } from '../act/idempotency.ts';
import { line, validate } from '../act/input.ts';
import { holdQuota, quotaOf } from '../act/quota.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import { assertNotEnded, holdAgent, visibleAgent } from '../agent/agent.ts';
import { holdMembership, roleOf } from './member.ts';
import { isOwnToken } from './tokenRule.ts';

/** A `DateTime` before this can be written in every time zone. */
const END_OF_TIME = new Date('9999-12-31T00:00:00Z');

export const createTokenInput = z.object({
  label: line(1, 100),
  expiresAt: z
    .date()
    .nullish()
    .refine((date) => !date || date > new Date(), 'must lie in the future')
    .refine((date) => !date || date < END_OF_TIME, 'must lie before the last day of the year 9999'),
});

const result = z.object({
  tokenId: z.guid(),
  /** Missing from a repetition. */
  secret: z.string().optional(),
});
export type CreatedToken = z.output<typeof result>;

/**
 * Creates a token that works in this organization alone, for the given user or agent, else for the viewer. Its secret
 * is returned once and not stored. A trigger sees to it that it expires no later than the viewer's own token.
 * @throws AgentNotRunningError when the agent has ended
 * @throws QuotaExceededError
 */
export async function createToken(
  act: Act,
  {
    organizationId,
    userId,
    agentId,
    ...input
  }: { organizationId: string; userId?: string | null; agentId?: string | null } & z.input<
    typeof createTokenInput
  >,
) {
  const agent = agentId == null ? null : await visibleAgent(act, agentId);
  if (agent && agent.organizationId !== organizationId) {
    throw new NotFoundError(act.viewer.roles.has(organizationId) ? 'agentId' : 'organizationId');
  }
  const holder = { agent, userId: agent ? null : (userId ?? act.viewer.id) };
  const check = () => {
    const fields = validate(createTokenInput, input);
    if (agentId == null || userId == null) return fields;
    throw new InvalidInputError([
      { path: 'agentId', message: 'a token acts for a person or for an agent, not for both' },
    ]);
  };
  // `expiresAt` may have passed since the first call. That is no reason to refuse its repetition.
  const fields = (await recall(act, organizationId, result)) ? undefined : check();
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'token.create', organizationId, isOwnToken(viewer, holder)),
    queue: () => [quotaOf(organizationId, 'TOKENS'), ...(agent ? [agent.id] : [])],
    async lock(tx) {
      if (agent) return await holdAgent(tx, agent.id);
      // The holder's role limits who may create the token.
      if (holder.userId !== null) await holdMembership(tx, organizationId, holder.userId);
      return null;
    },
    async write(tx, { locked: lockedAgent, viewer }) {
      const { label, expiresAt } = fields ?? check();
      if (lockedAgent) assertNotEnded(lockedAgent);
      else await authorizeOverHolder(tx, viewer, organizationId, holder.userId);
      const secret = newSecret();
      const token = await tx.token.create({
        data: {
          organizationId,
          userId: holder.userId,
          agentId: agent?.id,
          label,
          expiresAt,
          prefix: prefixOf(secret),
          hash: hashSecret(secret),
          createdById: viewer.id,
          createdWithId: viewer.tokenId,
        },
      });
      await recordStructureEvent(tx, act, {
        organizationId,
        type: 'token.created',
        subject: { type: 'Token', id: token.id },
        payload: { label, prefix: token.prefix },
      });
      await holdQuota(tx, act.quotas, 'TOKENS', organizationId);
      return { tokenId: token.id, secret };
    },
  });
}

/** A token must not have more rights than the viewer, and its user must be a member. */
async function authorizeOverHolder(
  tx: Tx,
  viewer: Viewer,
  organizationId: string,
  userId: string | null,
): Promise<void> {
  const role = userId && (await roleOf(tx, organizationId, userId));
  if (!role) throw new NotFoundError('userId');
  authorizeOver(viewer, role, organizationId);
}
