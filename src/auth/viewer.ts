/** Who is asking. */
import type { Agent, Membership, PrismaClient, Token, User } from '../../prisma/client/client.ts';
import type { MembershipRole } from '../../prisma/client/enums.ts';
import type { Tx } from '../db.ts';
import { ForbiddenError } from '../errors.ts';
import { hashSecret } from './secret.ts';

/** What a viewer is in an organization: a person by its membership, an agent by being one. */
export type Role = MembershipRole | 'AGENT';

export type Viewer = {
  kind: 'USER' | 'AGENT';
  /** UUID of the user or agent. */
  id: string;
  tokenId: string;
  name: string;
  /** The one organization its token is good for; null when that is each of the person's. */
  organizationId: string | null;
  /** The viewer's role in each organization its token is good for. What is not in here does not exist for it. */
  roles: ReadonlyMap<string, Role>;
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
    include: { agent: true, user: { include: { memberships: { where: { removedAt: null } } } } },
  });
  const now = new Date();
  if (!token || token.revokedAt || (token.expiresAt && token.expiresAt <= now)) return undefined;

  const roles = rolesOf(token);
  // A token of one organization dies with its user's membership there, or with its agent.
  if (token.organizationId !== null && roles.size === 0) return undefined;

  if (!token.lastUsedAt || now.getTime() - token.lastUsedAt.getTime() > LAST_USED_GRAIN_MS) {
    await noteUse(prisma, token.id, now);
  }
  const { id: tokenId, organizationId } = token;
  const holder = token.user ?? token.agent;
  if (!holder) throw new Error('A token is of nobody.');
  return {
    kind: token.user ? 'USER' : 'AGENT',
    id: holder.id,
    tokenId,
    name: holder.name,
    organizationId,
    roles,
  };
}

type TokenWithHolder = Token & { agent: Agent | null; user: (User & { memberships: Membership[] }) | null };

function rolesOf({ organizationId, user, agent }: TokenWithHolder): Map<string, Role> {
  if (agent) return new Map(isWorking(agent) ? [[agent.organizationId, 'AGENT']] : []);
  const memberships = user?.memberships ?? [];
  return new Map(
    memberships
      .filter((membership) => organizationId === null || organizationId === membership.organizationId)
      .map((membership) => [membership.organizationId, membership.role]),
  );
}

function isWorking({ status }: Agent): boolean {
  return status === 'PENDING' || status === 'RUNNING';
}

/**
 * The viewer with the rights it has at this moment in one organization: its token and its membership (if it is a person's) are read anew,
 * and nobody changes them before the transaction has ended. To be asked under all other locks, so that whoever takes
 * rights away waits no longer than it takes to write.
 *
 * @param organizationId null for what happens in none
 * @throws ForbiddenError when the token is no longer good
 */
export async function currentViewer(tx: Tx, viewer: Viewer, organizationId: string | null): Promise<Viewer> {
  // Of an agent, its token says it all: whoever ends the agent revokes it.
  const [found] = await tx.$queryRaw<{ role: MembershipRole | null; isGood: boolean }[]>`
    WITH
      membership AS (
        SELECT role FROM membership
         WHERE organization_id = ${organizationId}::uuid AND user_id = ${viewer.id}::uuid AND removed_at IS NULL
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
  const role: Role | null = viewer.kind === 'AGENT' ? 'AGENT' : found.role;
  return { ...viewer, roles: new Map(role && isInReach ? [[organizationId, role]] : []) };
}

/** Waits for nobody: an act of the same token holds its row, and notes nothing that would be missed. */
async function noteUse(prisma: PrismaClient, tokenId: string, now: Date): Promise<void> {
  await prisma.$executeRaw`
    UPDATE token SET last_used_at = ${now}
     WHERE id = (SELECT id FROM token WHERE id = ${tokenId}::uuid FOR NO KEY UPDATE SKIP LOCKED)`;
}
