/** How well the network takes what is written to a connection. */
import type { Socket } from 'node:net';
import { createIntake } from '../intake.ts';
import type { ConnectionLimits } from './connectionLimits.ts';

export type Backpressure = {
  /** Bytes that wait for the network. */
  queuedBytes(): number;
  /** Whether so many bytes wait that nothing should be added. */
  isFull(): boolean;
  /** Whether these bytes may be added without more than the limit of bytes waiting then. */
  hasRoomFor(bytes: number): boolean;
  /** Waits until the socket is no longer full, or gone. */
  drained(): Promise<void>;
  /**
   * Whether the client has taken nothing for too long, or too little to keep up. Compares with what it saw when it was
   * called before.
   *
   * @param now milliseconds of a monotonic clock.
   * @param isBehind returns whether a subscription has fallen behind the changes that are kept in memory.
   */
  isLagging(now: number, isBehind: () => boolean): boolean;
  dispose(): void;
};

export function createBackpressure(socket: Socket, limits: ConnectionLimits): Backpressure {
  let isOver = false;
  let waiting: PromiseWithResolvers<void> | undefined;
  let inStepAt: number | undefined;

  const stuckMs = createIntake(socket);
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
    hasRoomFor: (bytes) => queuedBytes() + bytes <= limits.softBytes,

    async drained() {
      while (!isOver && !socket.destroyed && isFull()) {
        waiting ??= Promise.withResolvers<void>();
        await waiting.promise;
      }
    },

    isLagging(now, isBehind) {
      const stuck = stuckMs(now);
      if (queuedBytes() === 0) {
        inStepAt = undefined;
        return false;
      }
      if (inStepAt === undefined || !isBehind()) inStepAt = now;
      return stuck >= limits.stuckMs || now - inStepAt >= limits.behindMs;
    },

    dispose() {
      isOver = true;
      socket.off('drain', wake);
      socket.off('close', wake);
      wake();
    },
  };
}
