/** Who is asking. */

import type { PrismaClient } from '../../prisma/client/client.ts';
import type { MembershipRole } from '../../prisma/client/enums.ts';
import { hashSecret } from './secret.ts';

export type Viewer = {
  kind: 'USER';
  tokenId: string;
  userId: string;
  name: string;
  /** The viewer's role in each organization its token is good for. What is not in here does not exist for it. */
  roles: ReadonlyMap<string, MembershipRole>;
};

const BEARER = /^Bearer +(\S+)$/i;
const LAST_USED_GRAIN_MS = 60_000;

/**
 * The viewer behind an `Authorization` header.
 * Undefined without one, and when its token is unknown, revoked, expired or good for nothing any more.
 */
export async function authenticate(
  prisma: PrismaClient,
  authorization: unknown,
): Promise<Viewer | undefined> {
  const secret = typeof authorization === 'string' ? BEARER.exec(authorization)?.[1] : undefined;
  if (!secret) return undefined;
  const token = await prisma.token.findUnique({
    where: { hash: hashSecret(secret) },
    include: { user: { include: { memberships: { where: { removedAt: null } } } } },
  });
  const now = new Date();
  if (!token || token.revokedAt || (token.expiresAt && token.expiresAt <= now)) return undefined;

  const memberships = token.user.memberships.filter(
    ({ organizationId }) => token.organizationId === null || token.organizationId === organizationId,
  );
  // A token of one organization dies with its user's membership there.
  if (token.organizationId !== null && memberships.length === 0) return undefined;

  if (!token.lastUsedAt || now.getTime() - token.lastUsedAt.getTime() > LAST_USED_GRAIN_MS) {
    await prisma.token.updateMany({ where: { id: token.id }, data: { lastUsedAt: now } });
  }
  return {
    kind: 'USER',
    tokenId: token.id,
    userId: token.userId,
    name: token.user.name,
    roles: new Map(memberships.map(({ organizationId, role }) => [organizationId, role])),
  };
}
