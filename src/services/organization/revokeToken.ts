import { z } from 'zod';
import { authorize, authorizeEverywhere, authorizeOver } from '../../auth/policy.ts';
import { visibleTokens } from '../../auth/visibleTokens.ts';
import { NotFoundError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { holdMembership, lockOrganization, roleOf } from './member.ts';
import { revokeTokens } from './revokeTokens.ts';
import { isOwnToken } from './tokenRule.ts';

const result = z.object({ tokenId: z.guid() });
export type RevokedToken = z.output<typeof result>;

/**
 * Revokes a token, and what was made with it: its requests are refused at once, and its open subscriptions are closed.
 * No-op for a token that is revoked already.
 */
export async function revokeToken(act: Act, { tokenId }: { tokenId: string }) {
  const token = await act.db.prisma.token.findFirst({
    where: { id: tokenId, ...visibleTokens(act.viewer) },
    include: { agent: true },
  });
  if (!token) throw new NotFoundError();
  const { organizationId, userId } = token;
  return await perform(act, {
    organizationId,
    result,
    authorize(viewer) {
      if (organizationId === null) authorizeEverywhere(viewer);
      else authorize(viewer, 'token.revoke', organizationId, isOwnToken(viewer, token));
    },
    queue: () => [organizationId ?? tokenId],
    // The token may be the viewer's own, which every act locks FOR SHARE. Two acts that both did and then wrote would
    // deadlock, so it is locked for writing here. The organization comes first, so that its revocations run one after
    // another, then the memberships: removeMember locks in that order too.
    async lock(tx) {
      if (organizationId) {
        await lockOrganization(tx, organizationId);
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
      await revokeTokens(tx, act, { id: tokenId });
      return { tokenId };
    },
  });
}
