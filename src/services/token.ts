import { z } from 'zod';
import type { Token } from '../../prisma/client/client.ts';
import { authorize, authorizeEverywhere, authorizeOver } from '../auth/policy.ts';
import { hashSecret, newSecret, prefixOf } from '../auth/secret.ts';
import type { Viewer } from '../auth/viewer.ts';
import { NotFoundError } from '../errors.ts';
import { type Act, perform, recall } from './act.ts';
import { text, validate } from './input.ts';
import { recordStructureEvent } from './structureEvent.ts';

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
  /** Whose token it is to be; the viewer's own when absent. */
  userId?: string;
};

type Created = { tokenId: string; secret?: string };

/** Makes a token that works in this organization alone. Its secret is answered once and kept nowhere. */
export async function createToken(act: Act, { organizationId, userId, ...input }: CreateTokenInput) {
  const ownerId = userId ?? act.viewer.userId;
  const isOwn = ownerId === act.viewer.userId;
  const may = (viewer: Viewer) =>
    authorize(viewer, isOwn ? 'token.createOwn' : 'token.createForOthers', organizationId);
  // What lay in the future when it was first asked for need not do so when it is asked for again.
  const earlier = await recall<Created>(act, organizationId);
  if (earlier) {
    may(act.viewer);
    return earlier;
  }

  const { label, expiresAt } = validate(createTokenInput, input);
  return await perform<Created>(act, {
    organizationId,
    may,
    async work(tx, _locked, viewer) {
      const membership = await tx.membership.findFirst({
        where: { organizationId, userId: ownerId, removedAt: null },
      });
      if (!membership) throw new NotFoundError();
      authorizeOver(viewer, membership.role, organizationId);

      const secret = newSecret();
      const token = await tx.token.create({
        data: {
          organizationId,
          userId: ownerId,
          label,
          expiresAt,
          prefix: prefixOf(secret),
          hash: hashSecret(secret),
          createdById: viewer.userId,
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
  const token = await act.db.prisma.token.findUnique({ where: { id: input.tokenId } });
  if (!token || !isVisible(act.viewer, token)) throw new NotFoundError();
  const { organizationId } = token;
  const isOwn = token.userId === act.viewer.userId;

  return await perform(act, {
    organizationId,
    may(viewer) {
      if (!organizationId) authorizeEverywhere(viewer);
      else authorize(viewer, isOwn ? 'token.revokeOwn' : 'token.revokeOfOthers', organizationId);
    },
    // It may be the viewer's own, of which others hold on to the rights: two that first did so could not both write.
    async lock(tx) {
      await tx.$queryRaw`SELECT FROM token WHERE id = ${token.id}::uuid FOR NO KEY UPDATE`;
    },
    async work(tx, _locked, viewer) {
      if (organizationId && !isOwn) {
        const membership = await tx.membership.findFirst({
          where: { organizationId, userId: token.userId, removedAt: null },
        });
        if (membership) authorizeOver(viewer, membership.role, organizationId);
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

/**
 * A token of an organization is seen there. One that is good for all of a person's organizations is seen by that
 * person alone, and not through a token of one organization: others may have made that one.
 */
function isVisible(viewer: Viewer, { organizationId, userId }: Token): boolean {
  if (organizationId) return viewer.roles.has(organizationId);
  return userId === viewer.userId && viewer.organizationId === null;
}
