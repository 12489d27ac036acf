import { hashSecret, newSecret, prefixOf } from '../../auth/secret.ts';
import type { Tx } from '../../db.ts';

/** For the operator: a token that acts for a person in all of its organizations. Returns its secret. */
export async function createLoginToken(
  tx: Tx,
  { userId, label }: { userId: string; label: string },
): Promise<string> {
  const secret = newSecret();
  await tx.token.create({ data: { userId, label, prefix: prefixOf(secret), hash: hashSecret(secret) } });
  return secret;
}
