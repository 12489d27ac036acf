/** Buffers frames between a socket without backpressure and a slower consumer. */
import type { Frame } from './transport.ts';

export type Inbox = {
  /** Adds a frame. Returns false when the buffer is full. */
  put(frame: Frame): boolean;
  /** Ends the input. After the buffered frames, `frames` throws the error, or returns if there is none. */
  end(error?: unknown): void;
  /** Drops the buffered frames and ends. */
  discard(): void;
  /** Yields the frames in the order they were added. Call once. */
  frames(): AsyncGenerator<Frame, void, undefined>;
};

export function createInbox(capacity: number): Inbox {
  let waiting: Frame[] = [];
  let ending: { error?: unknown } | undefined;
  let wake = () => {};

  function end(error?: unknown): void {
    ending ??= { error };
    wake();
  }

  return {
    put(frame) {
      if (ending) return true;
      // A heartbeat replaces the one before it, so an idle feed does not fill the buffer.
      if (frame.kind === 'heartbeat' && waiting.at(-1)?.kind === 'heartbeat') waiting.pop();
      else if (waiting.length >= capacity) return false;
      waiting.push(frame);
      wake();
      return true;
    },
    end,
    discard() {
      waiting = [];
      end();
    },
    async *frames() {
      while (true) {
        const frame = waiting.shift();
        if (frame) {
          yield frame;
        } else if (ending) {
          if (ending.error !== undefined) throw ending.error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  };
}
