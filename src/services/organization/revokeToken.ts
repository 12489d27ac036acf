import { z } from 'zod';
import { authorize, authorizeEverywhere, authorizeOver } from '../../auth/policy.ts';
import { NotFoundError } from '../../errors.ts';
import { type Act, perform } from '../act/act.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import { holdMembership, roleOf } from './member.ts';
import { isOwnToken, isVisibleToken } from './tokenRule.ts';

const result = z.object({ tokenId: z.guid() });
export type RevokedToken = z.output<typeof result>;

/**
 * Revokes a token: its requests are refused at once, and its open subscriptions are closed. No-op for a token that is
 * revoked already.
 */
export async function revokeToken(act: Act, { tokenId }: { tokenId: string }) {
  const token = await act.db.prisma.token.findUnique({ where: { id: tokenId }, include: { agent: true } });
  if (!token || !isVisibleToken(act.viewer, token)) throw new NotFoundError();
  const { organizationId, userId, label, prefix } = token;
  return await perform(act, {
    organizationId,
    result,
    authorize(viewer) {
      if (organizationId === null) authorizeEverywhere(viewer);
      else authorize(viewer, 'token.revoke', organizationId, isOwnToken(viewer, token));
    },
    queue: () => [tokenId],
    // The token may be the viewer's own, which every act locks FOR SHARE. Two acts that both did and then wrote would
    // deadlock, so it is locked for writing here. The memberships come first: removeMember locks in that order too.
    async lock(tx) {
      if (organizationId) {
        for (const id of new Set([act.viewer.id, userId ?? act.viewer.id])) {
          await holdMembership(tx, organizationId, id);
        }
      }
      await tx.$queryRaw`SELECT FROM token WHERE id = ${tokenId}::uuid FOR NO KEY UPDATE`;
    },
    async write(tx, { viewer }) {
      if (organizationId && userId && !isOwnToken(viewer, token)) {
        const role = await roleOf(tx, organizationId, userId);
        if (role) authorizeOver(viewer, role, organizationId);
      }
      const { count } = await tx.token.updateMany({
        where: { id: tokenId, revokedAt: null },
        data: { revokedAt: new Date() },
      });
      if (count > 0 && organizationId) {
        await recordStructureEvent(tx, act, {
          organizationId,
          type: 'token.revoked',
          subject: { type: 'Token', id: tokenId },
          payload: { label, prefix },
        });
      }
      return { tokenId };
    },
  });
}
