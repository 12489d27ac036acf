import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextIteration } from 'node:timers/promises';

const SLICE_BYTES = 64 * 1024;

let lastTurn: Promise<void> = Promise.resolve();

/**
 * Sends a large buffer slice by slice, and waits while the client does not read. All responses together write one slice
 * per iteration of the event loop: hundreds of downloads delay other requests by one slice, not by hundreds of buffers.
 */
export async function sendSlices(response: ServerResponse, body: Buffer): Promise<void> {
  // Rejected when the client leaves early.
  await pipeline(slicesOf(body), response).catch(() => {});
}

async function* slicesOf(body: Buffer): AsyncGenerator<Buffer, void> {
  for (let from = 0; from < body.length; from += SLICE_BYTES) {
    lastTurn = lastTurn.then(() => nextIteration());
    await lastTurn;
    yield body.subarray(from, from + SLICE_BYTES);
  }
}
