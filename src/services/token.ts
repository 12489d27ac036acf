import { z } from 'zod';
import { authorize, authorizeOver } from '../auth/policy.ts';
import { hashSecret, newSecret, prefixOf } from '../auth/secret.ts';
import { NotFoundError } from '../errors.ts';
import { type Act, perform } from './act.ts';
import { text, validate } from './input.ts';
import { recordStructureEvent } from './structureEvent.ts';

export const createTokenInput = z.object({
  label: text(1, 100),
  expiresAt: z
    .date()
    .nullish()
    .refine((date) => !date || date > new Date(), 'must lie in the future'),
});

type CreateTokenInput = z.input<typeof createTokenInput> & {
  organizationId: string;
  /** Whose token it is to be; the viewer's own when absent. */
  userId?: string;
};

/** Makes a token that works in this organization alone. Its secret is answered once and kept nowhere. */
export async function createToken(act: Act, { organizationId, userId, ...input }: CreateTokenInput) {
  const { label, expiresAt } = validate(createTokenInput, input);
  const ownerId = userId ?? act.viewer.userId;
  const isOwn = ownerId === act.viewer.userId;
  authorize(act.viewer, isOwn ? 'token.createOwn' : 'token.createForOthers', organizationId);

  return await perform(act, organizationId, async (tx) => {
    const membership = await tx.membership.findFirst({
      where: { organizationId, userId: ownerId, removedAt: null },
    });
    if (!membership) throw new NotFoundError();
    authorizeOver(act.viewer, membership.role, organizationId);

    const secret = newSecret();
    const token = await tx.token.create({
      data: {
        organizationId,
        userId: ownerId,
        label,
        expiresAt,
        prefix: prefixOf(secret),
        hash: hashSecret(secret),
        createdById: act.viewer.userId,
      },
    });
    await recordStructureEvent(tx, act, {
      organizationId,
      type: 'token.created',
      subject: { type: 'Token', id: token.id },
      payload: { label, prefix: token.prefix },
    });
    return { tokenId: token.id, secret };
  });
}

/** Revokes a token at once: its requests are refused, its open subscriptions closed. Twice is a no-op. */
export async function revokeToken(act: Act, input: { tokenId: string }) {
  const token = await act.db.prisma.token.findUnique({ where: { id: input.tokenId } });
  // A token good for all of a person's organizations belongs to none: only that person sees it.
  const isOwn = token?.userId === act.viewer.userId;
  if (!token || !(isOwn || (token.organizationId && act.viewer.roles.has(token.organizationId)))) {
    throw new NotFoundError();
  }
  const { organizationId } = token;
  if (organizationId)
    authorize(act.viewer, isOwn ? 'token.revokeOwn' : 'token.revokeOfOthers', organizationId);

  return await perform(act, organizationId, async (tx) => {
    if (organizationId && !isOwn) {
      const membership = await tx.membership.findFirst({
        where: { organizationId, userId: token.userId, removedAt: null },
      });
      if (membership) authorizeOver(act.viewer, membership.role, organizationId);
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
  });
}
