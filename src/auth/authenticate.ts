import { Prisma, type PrismaClient } from '../../prisma/client/client.ts';
import { GOOD_TOKENS_SQL, ROLE_SQL } from './goodToken.ts';
import { hashSecret } from './secret.ts';
import type { Role, Viewer } from './viewer.ts';

const BEARER = /^Bearer +(\S+)$/i;

type Row = Pick<Viewer, 'kind' | 'id' | 'tokenId' | 'name' | 'email'> & {
  tokenOrganizationId: string | null;
  organizationId: string | null;
  role: Role | null;
  isUseNoted: boolean;
};

/** The viewer behind an `Authorization` header. Undefined without a header, or when its token is not good. */
export async function authenticate(
  prisma: PrismaClient,
  authorization: unknown,
): Promise<Viewer | undefined> {
  const secret = typeof authorization === 'string' ? BEARER.exec(authorization)?.[1] : undefined;
  if (!secret) return undefined;
  const rows = await prisma.$queryRaw<Row[]>`
    SELECT token.id AS "tokenId", token.organization_id AS "tokenOrganizationId",
           CASE WHEN token.agent_id IS NULL THEN 'USER' ELSE 'AGENT' END AS kind,
           coalesce(token.agent_id, token.user_id) AS id,
           coalesce(agent.name, (SELECT name FROM "user" WHERE id = token.user_id)) AS name,
           (SELECT email FROM "user" WHERE id = token.user_id) AS email,
           coalesce(token.last_used_at > now() - interval '1 minute', false) AS "isUseNoted",
           ${Prisma.raw(ROLE_SQL)}
           ${Prisma.raw(GOOD_TOKENS_SQL)}
       AND token.hash = ${hashSecret(secret)}`;
  const [first] = rows;
  if (!first) return undefined;
  const { kind, id, tokenId, name, email, tokenOrganizationId, isUseNoted } = first;
  if (!isUseNoted) await noteUse(prisma, tokenId);
  const roles = new Map(
    rows.flatMap(({ organizationId, role }) => (organizationId && role ? [[organizationId, role]] : [])),
  );
  return { kind, id, tokenId, name, email, organizationId: tokenOrganizationId, roles };
}

/** Skips a locked row: an act of the same token holds it, and a missing note does no harm. */
async function noteUse(prisma: PrismaClient, tokenId: string): Promise<void> {
  await prisma.$executeRaw`
    UPDATE token SET last_used_at = now()
     WHERE id = (SELECT id FROM token WHERE id = ${tokenId}::uuid FOR NO KEY UPDATE SKIP LOCKED)`;
}
