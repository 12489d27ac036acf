/** Between a socket that cannot be told to wait and a consumer that takes its time. */
import type { Frame } from './transport.ts';

export type Inbox = {
  /** Takes a frame in; false when there is no room for it. */
  put(frame: Frame): boolean;
  /** Nothing will follow what lies here. Once that is taken, `frames` throws the error, or returns without one. */
  end(error?: unknown): void;
  /** Throws away what lies here, and ends. */
  discard(): void;
  /** What was put, in that order, as it is asked for. To be called once. */
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
      // Of heartbeats in a row the last says all, so that an idle feed fills no inbox.
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
