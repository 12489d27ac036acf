/** Why a request has no viewer. */
import type pg from 'pg';
import { secretIn } from './authenticate.ts';
import { hashSecret } from './secret.ts';

/**
 * EXPIRED is only said to a client that has the whole token. A token that was revoked, or whose member or agent is gone, is
 * UNKNOWN like one that was never issued: a thief does not learn whether the token was ever good.
 */
export type TokenFault = 'MISSING' | 'MALFORMED' | 'UNKNOWN' | 'EXPIRED';

/** To be asked about an `Authorization` header that `authenticate` found no viewer for. */
export async function tokenFault(pool: pg.Pool, authorization: string | null): Promise<TokenFault> {
  if (authorization === null) return 'MISSING';
  const secret = secretIn(authorization);
  if (!secret) return 'MALFORMED';
  const { rowCount } = await pool.query(
    'SELECT FROM token WHERE hash = $1 AND revoked_at IS NULL AND expires_at <= clock_timestamp()',
    [hashSecret(secret)],
  );
  return rowCount ? 'EXPIRED' : 'UNKNOWN';
}
