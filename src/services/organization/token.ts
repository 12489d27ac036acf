import { z } from 'zod';
import type { Agent, Token } from '../../../prisma/client/client.ts';
import { isOwnAgent } from '../../auth/own.ts';
import { authorize, authorizeEverywhere, authorizeOver } from '../../auth/policy.ts';
import { hashSecret, newSecret, prefixOf } from '../../auth/secret.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { Tx } from '../../db.ts';
import { InvalidInputError, NotFoundError } from '../../errors.ts';
import { type Act, perform, recall } from '../act/act.ts';
import { text, validate } from '../act/input.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import { assertNotEnded, holdAgent, visibleAgent } from '../agent/agent.ts';
import { holdMembership } from './member.ts';

/** Later than any moment that a `DateTime` can tell in every time zone. */
const END_OF_TIME = new Date('9999-12-31T00:00:00Z');

export const createTokenInput = z.object({
  label: text(1, 100),
  expiresAt: z
    .date()
    .nullish()
    .refine((date) => !date || date > new Date(), 'must lie in the future')
    .refine((date) => !date || date < END_OF_TIME, 'must lie before the last day of the year 9999'),
});

type CreateTokenInput = z.input<typeof createTokenInput> & {
  organizationId: string;
  /** Whose token it is to be; the viewer's own when neither is given. */
  userId?: string;
  agentId?: string;
};

type Created = { tokenId: string; secret?: string };

/**
 * Makes a token that works in this organization alone. Its secret is answered once and kept nowhere.
 * @throws AgentNotRunningError when it is for an agent that has ended
 */
export async function createToken(
  act: Act,
  { organizationId, userId, agentId, ...input }: CreateTokenInput,
): Promise<Created & { requestId: string; position: number | null }> {
  const agent = agentId === undefined ? undefined : await visibleAgent(act, agentId);
  if (agent && agent.organizationId !== organizationId) throw new NotFoundError();
  const holder: Holder = agent ? { agent } : { userId: userId ?? act.viewer.id };
  const may = (viewer: Viewer) => authorize(viewer, 'token.create', organizationId, isOwn(viewer, holder));
  // What lay in the future when it was first asked for need not do so when it is asked for again.
  const earlier = await recall<Created>(act, organizationId);
  if (earlier) {
    may(act.viewer);
    return earlier;
  }

  const { label, expiresAt } = validate(createTokenInput, input);
  if (agentId !== undefined && userId !== undefined) {
    throw new InvalidInputError([
      { path: 'agentId', message: 'a token is a person’s or an agent’s, not both' },
    ]);
  }
  return await perform<Created, Agent | undefined>(act, {
    organizationId,
    may,
    async lock(tx) {
      if (agent) return await holdAgent(tx, agent.id);
      // What may be granted depends on what its holder may.
      if (holder.userId !== undefined) await holdMembership(tx, organizationId, holder.userId);
      return undefined;
    },
    async work(tx, current, viewer) {
      if (current) assertNotEnded(current);
      else await authorizeOverHolder(tx, viewer, organizationId, holder.userId);
      const secret = newSecret();
      const token = await tx.token.create({
        data: {
          organizationId,
          userId: holder.userId,
          agentId: holder.agent?.id,
          label,
          expiresAt,
          prefix: prefixOf(secret),
          hash: hashSecret(secret),
          createdById: viewer.id,
        },
      });
      await recordStructureEvent(tx, act, {
        organizationId,
        type: 'token.created',
        subject: { type: 'Token', id: token.id },
        payload: { label, prefix: token.prefix },
      });
      return { tokenId: token.id, secret };
    },
  });
}

/** Revokes a token at once: its requests are refused, its open subscriptions closed. Twice is a no-op. */
export async function revokeToken(act: Act, input: { tokenId: string }) {
  const token = await act.db.prisma.token.findUnique({
    where: { id: input.tokenId },
    include: { agent: true },
  });
  if (!token || !isVisible(act.viewer, token)) throw new NotFoundError();
  const { organizationId } = token;
  const holder: Holder = token.agent ? { agent: token.agent } : { userId: token.userId ?? undefined };

  return await perform(act, {
    organizationId,
    may(viewer) {
      if (!organizationId) authorizeEverywhere(viewer);
      else authorize(viewer, 'token.revoke', organizationId, isOwn(viewer, holder));
    },
    // It may be the viewer's own, of which others hold on to the rights: two that first did so could not both write.
    // (After the memberships that it depends on, as whoever ends one of them goes on to its tokens.)
    async lock(tx) {
      if (organizationId) {
        for (const userId of new Set([act.viewer.id, holder.userId ?? act.viewer.id])) {
          await holdMembership(tx, organizationId, userId);
        }
      }
      await tx.$queryRaw`SELECT FROM token WHERE id = ${token.id}::uuid FOR NO KEY UPDATE`;
    },
    async work(tx, _locked, viewer) {
      if (organizationId && holder.userId !== undefined && !isOwn(viewer, holder)) {
        const role = await roleOf(tx, organizationId, holder.userId);
        if (role) authorizeOver(viewer, role, organizationId);
      }
      const { count } = await tx.token.updateMany({
        where: { id: token.id, revokedAt: null },
        data: { revokedAt: new Date() },
      });
      if (count > 0 && organizationId) {
        await recordStructureEvent(tx, act, {
          organizationId,
          type: 'token.revoked',
          subject: { type: 'Token', id: token.id },
          payload: { label: token.label, prefix: token.prefix },
        });
      }
      return { tokenId: token.id };
    },
  });
}

/** Whom a token acts for. */
type Holder = { userId?: string; agent?: Agent };

/** A person's own are those it acts by, and those of the agents it hired. */
function isOwn(viewer: Viewer, { userId, agent }: Holder): boolean {
  return agent ? isOwnAgent(viewer, agent) : viewer.kind === 'USER' && userId === viewer.id;
}

/** Nobody makes a token that may more than they may themselves, or one for who is no member. */
async function authorizeOverHolder(
  tx: Tx,
  viewer: Viewer,
  organizationId: string,
  userId: string | undefined,
): Promise<void> {
  const role = userId && (await roleOf(tx, organizationId, userId));
  if (!role) throw new NotFoundError();
  authorizeOver(viewer, role, organizationId);
}

async function roleOf(tx: Tx, organizationId: string, userId: string) {
  const membership = await tx.membership.findFirst({ where: { organizationId, userId, removedAt: null } });
  return membership?.role;
}

/**
 * A token of an organization is seen there. One that is good for all of a person's organizations is seen by that
 * person alone, and not through a token of one organization: others may have made that one.
 */
function isVisible(viewer: Viewer, { organizationId, userId }: Token): boolean {
  if (organizationId) return viewer.roles.has(organizationId);
  return userId === viewer.id && viewer.organizationId === null;
}
