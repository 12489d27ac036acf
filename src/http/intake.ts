import type { Socket } from 'node:net';

/**
 * Measures how long a client has taken none of the bytes that wait for it. The result compares with what it saw when it
 * was called before.
 *
 * @returns a function of a monotonic clock's milliseconds that returns milliseconds.
 */
export function createIntake(socket: Socket): (now: number) => number {
  let taken: unknown[] = [];
  let takenAt: number | undefined;
  return (now) => {
    const queued = socket.writableLength;
    const takenNow = [socket.bytesWritten - queued, unsentBytes(socket)];
    const hasTaken = takenNow.some((bytes, index) => bytes !== taken[index]);
    if (queued === 0 || hasTaken || takenAt === undefined) {
      taken = takenNow;
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
