import { createHash } from 'node:crypto';
import stringify from 'safe-stable-stringify';

/** The SHA-256 hash, in hexadecimal, of a value as JSON with sorted keys. The order of keys does not affect it. */
export function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(stringify(value) ?? '')
    .digest('hex');
}
