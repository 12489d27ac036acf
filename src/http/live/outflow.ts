/** How well the network takes what a connection is given. */
import type { Socket } from 'node:net';
import type { LiveLimits } from './limits.ts';

export type Outflow = {
  /** Bytes that wait for the network. */
  queuedBytes(): number;
  /** Whether so much waits that nothing more should be added. */
  isFull(): boolean;
  /** Waits until it is no longer full, or over. */
  room(): Promise<void>;
  /**
   * Whether nothing was taken for too long, or too little to keep up. Judges by what it sees each time it is asked.
   *
   * @param now in milliseconds, by a clock that only goes forward.
   * @param isBehind whether more is to come than is kept in memory.
   */
  isStuck(now: number, isBehind: boolean): boolean;
  dispose(): void;
};

export function createOutflow(socket: Socket, limits: LiveLimits): Outflow {
  let isOver = false;
  let waiting: PromiseWithResolvers<void> | undefined;
  let taken: unknown[] = [];
  let takenAt: number | undefined;
  let inStepAt: number | undefined;

  const queuedBytes = (): number => socket.writableLength;
  const isFull = (): boolean => queuedBytes() > limits.softBytes;

  function wake(): void {
    waiting?.resolve();
    waiting = undefined;
  }

  socket.on('drain', wake);
  socket.on('close', wake);

  return {
    queuedBytes,
    isFull,

    async room() {
      while (!isOver && !socket.destroyed && isFull()) {
        waiting ??= Promise.withResolvers<void>();
        await waiting.promise;
      }
    },

    isStuck(now, isBehind) {
      const queued = queuedBytes();
      const takenNow = [socket.bytesWritten - queued, unsentBytes(socket)];
      const hasTaken = takenNow.some((bytes, index) => bytes !== taken[index]);
      if (queued === 0 || hasTaken || takenAt === undefined) {
        taken = takenNow;
        takenAt = now;
      }
      if (queued === 0 || !isBehind || inStepAt === undefined) inStepAt = now;
      return now - takenAt >= limits.stuckMs || now - inStepAt >= limits.behindMs;
    },

    dispose() {
      isOver = true;
      socket.off('drain', wake);
      socket.off('close', wake);
      wake();
    },
  };
}

/**
 * What is left of the write under way. A write counts for the stream when all of it was taken, but one event may be as
 * large as it likes, and the network slow. (Node.js asks the same of its handle for the timeouts of sockets, and shows
 * it nowhere else.)
 */
function unsentBytes(socket: Socket): number | undefined {
  const { _handle: handle } = socket as { _handle?: { writeQueueSize?: number } | null };
  return handle?.writeQueueSize;
}
