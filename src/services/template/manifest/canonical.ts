import { createHash } from 'node:crypto';
import stringify from 'safe-stable-stringify';

/** SHA-256, in hexadecimal, of a value as JSON with sorted keys: the order in which keys were written is no change. */
export function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(stringify(value) ?? '')
    .digest('hex');
}
