/** The secrets of API tokens: opaque, shown once, stored as a hash. */
import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
const PREFIX_CHARACTERS = 10;

/** A new secret, `mst_` and 256 random bits. */
export function newSecret(): string {
  return `mst_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** The stored form of a secret. With 256 bits of entropy a plain SHA-256 suffices: no guess finds the secret. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** The first characters, by which people tell their tokens apart. Too few to guess the rest. */
export function prefixOf(secret: string): string {
  return secret.slice(0, Math.min(PREFIX_CHARACTERS, Math.floor(secret.length / 2)));
}
