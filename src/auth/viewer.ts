/** Who is asking. */
import type { PrismaClient } from '../../prisma/client/client.ts';
import type { MembershipRole } from '../../prisma/client/enums.ts';
import type { Tx } from '../db.ts';
import { ForbiddenError } from '../errors.ts';
import { hashSecret } from './secret.ts';

export type Viewer = {
  kind: 'USER';
  tokenId: string;
  userId: string;
  name: string;
  /** The one organization its token is good for; null when that is each of the person's. */
  organizationId: string | null;
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
    await noteUse(prisma, token.id, now);
  }
  return {
    kind: 'USER',
    tokenId: token.id,
    userId: token.userId,
    name: token.user.name,
    organizationId: token.organizationId,
    roles: new Map(memberships.map(({ organizationId, role }) => [organizationId, role])),
  };
}

/**
 * The viewer with the rights it has at this moment in one organization: its token and its membership are read anew,
 * and nobody changes them before the transaction has ended. To be asked under all other locks, so that whoever takes
 * rights away waits no longer than it takes to write.
 *
 * @param organizationId null for what happens in none
 * @throws ForbiddenError when the token is no longer good
 */
export async function currentViewer(tx: Tx, viewer: Viewer, organizationId: string | null): Promise<Viewer> {
  const [found] = await tx.$queryRaw<{ role: MembershipRole | null; isGood: boolean }[]>`
    WITH
      membership AS (
        SELECT role FROM membership
         WHERE organization_id = ${organizationId}::uuid AND user_id = ${viewer.userId}::uuid AND removed_at IS NULL
           FOR SHARE
      ),
      token AS (
        SELECT FROM token
         WHERE id = ${viewer.tokenId}::uuid AND revoked_at IS NULL
           AND (expires_at IS NULL OR expires_at > clock_timestamp())
           FOR SHARE
      )
    SELECT (SELECT role FROM membership) AS role, EXISTS (SELECT FROM token) AS "isGood"`;
  if (!found?.isGood) throw new ForbiddenError('Your token is no longer good.');
  const isInReach = organizationId !== null && viewer.roles.has(organizationId);
  return { ...viewer, roles: new Map(found.role && isInReach ? [[organizationId, found.role]] : []) };
}

/** Waits for nobody: an act of the same token holds its row, and notes nothing that would be missed. */
async function noteUse(prisma: PrismaClient, tokenId: string, now: Date): Promise<void> {
  await prisma.$executeRaw`
    UPDATE token SET last_used_at = ${now}
     WHERE id = (SELECT id FROM token WHERE id = ${tokenId}::uuid FOR NO KEY UPDATE SKIP LOCKED)`;
}
