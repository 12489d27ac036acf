import type { Socket } from 'node:net';

/**
 * Measures how long a client has taken none of the bytes that wait for it. The result compares with what it saw when it
 * was called before.
 *
 * @returns a function of a monotonic clock's milliseconds that returns milliseconds.
 */
export function createIntake(socket: Socket): (now: number) => number {
  let sent: number | undefined;
  let unsent: number | undefined;
  /** Undefined while nothing waits. */
  let takenAt: number | undefined;
  return (now) => {
    const queued = socket.writableLength;
    if (queued === 0) {
      takenAt = undefined;
      return 0;
    }
    const sentNow = socket.bytesWritten - queued;
    const unsentNow = unsentBytes(socket);
    if (takenAt === undefined || sentNow !== sent || unsentNow !== unsent) {
      sent = sentNow;
      unsent = unsentNow;
      takenAt = now;
    }
    return now - takenAt;
  };
}

/**
 * The rest of the write under way. `writableLength` falls only when a whole write was taken, but one write may be of any
 * size and the network slow. Node.js reads the same number for its socket timeouts, and exposes it nowhere else.
 */
function unsentBytes(socket: Socket): number | undefined {
  const { _handle: handle } = socket as { _handle?: { writeQueueSize?: number } | null };
  return handle?.writeQueueSize;
}
