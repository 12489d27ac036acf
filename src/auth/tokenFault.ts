/** Why a request has no viewer. */
import type { PrismaClient } from '../../prisma/client/client.ts';
import { secretIn } from './authenticate.ts';
import { hashSecret } from './secret.ts';

/**
 * EXPIRED is only said to a client that has the whole token. A token that was revoked, or whose member or agent is gone, is
 * UNKNOWN like one that was never issued: a thief does not learn whether the token was ever good.
 */
export type TokenFault = 'MISSING' | 'MALFORMED' | 'UNKNOWN' | 'EXPIRED';

/** To be asked about an `Authorization` header that `authenticate` found no viewer for. */
export async function tokenFault(prisma: PrismaClient, authorization: string | null): Promise<TokenFault> {
  if (authorization === null) return 'MISSING';
  const secret = secretIn(authorization);
  if (!secret) return 'MALFORMED';
  const [expired] = await prisma.$queryRaw<object[]>`
    SELECT 1 AS expired FROM token
     WHERE hash = ${hashSecret(secret)} AND revoked_at IS NULL AND expires_at <= clock_timestamp()`;
  return expired ? 'EXPIRED' : 'UNKNOWN';
}
