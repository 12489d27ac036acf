/** API tokens: opaque, shown once, kept as a hash. */
import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
const PREFIX_CHARACTERS = 10;

/** A new secret, `mst_` and 256 random bits. */
export function newSecret(): string {
  return `mst_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** What is stored of a secret. It has 256 bits of entropy, so a plain SHA-256 cannot be guessed back. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** By which people tell their tokens apart; too short to be of use to anybody else. */
export function prefixOf(secret: string): string {
  return secret.slice(0, Math.min(PREFIX_CHARACTERS, Math.floor(secret.length / 2)));
}
