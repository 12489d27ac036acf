/** The WebSocket frames of results that several subscriptions receive. They differ in the id of the operation only. */
import { MessageType } from 'graphql-ws';
import type { SharedResults } from '../../context.ts';

/** A text message in one frame (RFC 6455, 5.2). */
const FINAL_TEXT = 0x81;
/** Larger lengths follow in two bytes, and larger ones yet in eight. */
const MAX_LENGTH_IN_PLACE = 125;
const MAX_LENGTH_IN_TWO_BYTES = 0xff_ff;
const IN_TWO_BYTES = 126;
const IN_EIGHT_BYTES = 127;

const BEFORE_ID = '{"id":';
const AFTER_ID = `,"type":"${MessageType.Next}","payload":`;

/** @property idsAt where the id stands in each frame. */
type Frames = { id: string; idBytes: number; bytes: Buffer; idsAt: number[] };

/** The last ones of each: most clients number their operations alike, or use ids of one length. They go with the results. */
const lastOf = new WeakMap<SharedResults, Frames>();

/** The messages as graphql-ws sends them: `{"id":…,"type":"next","payload":…}`. Servers do not mask. */
export function framesOf(results: SharedResults, operationId: string): Buffer {
  const id = JSON.stringify(operationId);
  const idBytes = Buffer.byteLength(id);
  let last = lastOf.get(results);
  if (last?.idBytes !== idBytes) {
    last = encode(results, id, idBytes);
    lastOf.set(results, last);
  }
  if (last.id === id) return last.bytes;
  const bytes = Buffer.from(last.bytes);
  for (const at of last.idsAt) bytes.write(id, at);
  return bytes;
}

function encode(results: SharedResults, id: string, idBytes: number): Frames {
  const start = Buffer.from(`${BEFORE_ID}${id}${AFTER_ID}`);
  const lengths = results.all.map(({ body }) => start.length + body.length + 1);
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + headerBytes(length) + length, 0));
  const idsAt: number[] = [];
  let at = 0;
  for (const [index, { body }] of results.all.entries()) {
    at = writeHeader(bytes, at, lengths[index] ?? 0);
    idsAt.push(at + BEFORE_ID.length);
    at += start.copy(bytes, at);
    at += body.copy(bytes, at);
    at = bytes.writeUInt8(CLOSING_BRACE, at);
  }
  return { id, idBytes, bytes, idsAt };
}

const CLOSING_BRACE = '}'.charCodeAt(0);

function headerBytes(length: number): number {
  if (length <= MAX_LENGTH_IN_PLACE) return 2;
  return length <= MAX_LENGTH_IN_TWO_BYTES ? 4 : 10;
}

/** @returns the position after the header. */
function writeHeader(frames: Buffer, at: number, length: number): number {
  const next = frames.writeUInt8(FINAL_TEXT, at);
  if (length <= MAX_LENGTH_IN_PLACE) return frames.writeUInt8(length, next);
  if (length <= MAX_LENGTH_IN_TWO_BYTES) {
    return frames.writeUInt16BE(length, frames.writeUInt8(IN_TWO_BYTES, next));
  }
  return frames.writeBigUInt64BE(BigInt(length), frames.writeUInt8(IN_EIGHT_BYTES, next));
}
