/** A position in the feed as clients hold it: opaque, of fixed length, and valid in one epoch only. */
import { EPOCH_BYTES } from './epoch.ts';

export type Cursor = {
  /** Hex. */
  epoch: string;
  position: number;
};

const VERSION = 1;
const POSITION_AT = 1 + EPOCH_BYTES;
const CURSOR_BYTES = POSITION_AT + 8;

export function encodeCursor({ epoch, position }: Cursor): string {
  const bytes = Buffer.alloc(CURSOR_BYTES);
  bytes[0] = VERSION;
  bytes.write(epoch, 1, 'hex');
  bytes.writeBigUInt64BE(BigInt(position), POSITION_AT);
  return bytes.toString('base64url');
}

/** Returns undefined for any text that `encodeCursor` never returns, including another base64 spelling of its bytes. */
export function decodeCursor(text: string): Cursor | undefined {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== CURSOR_BYTES || bytes[0] !== VERSION) return undefined;
  if (bytes.toString('base64url') !== text) return undefined;
  const position = bytes.readBigUInt64BE(POSITION_AT);
  if (position > Number.MAX_SAFE_INTEGER) return undefined;
  return { epoch: bytes.toString('hex', 1, POSITION_AT), position: Number(position) };
}
