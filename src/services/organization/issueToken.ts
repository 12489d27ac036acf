import { hashSecret, newSecret, prefixOf } from '../../auth/secret.ts';
import type { Tx } from '../../database/db.ts';

/**
 * Creates a token that acts for a user in all of its organizations, and returns its secret. For the command line, whose
 * operator may do anything: through the API, createToken makes tokens of one organization only.
 */
export async function issueToken(
  tx: Tx,
  { secret = newSecret(), ...token }: { id?: string; userId: string; label: string; secret?: string },
): Promise<string> {
  await tx.token.create({ data: { ...token, prefix: prefixOf(secret), hash: hashSecret(secret) } });
  return secret;
}
