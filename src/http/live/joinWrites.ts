import type { Writable } from 'node:stream';

/** What waits is written at once when it is this much, so that it counts as unsent no longer than it must. */
const MAX_JOINED_BYTES = 64 * 1024;

/** Joins what is written to a socket from here to the end of the running function into one write. */
export function joinWrites(socket: Writable): void {
  if (socket.writableCorked === 0) {
    socket.cork();
    queueMicrotask(() => socket.uncork());
  } else if (socket.writableLength >= MAX_JOINED_BYTES) {
    socket.uncork();
  }
}
