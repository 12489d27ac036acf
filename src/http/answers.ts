/** Cuts off the answers that their clients do not read. A client that stops reading would otherwise hold them for ever. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpLimits } from './httpLimits.ts';
import { createIntake } from './intake.ts';

export type Answers = {
  /** Watches the answer to a request until it is sent. */
  watch(request: IncomingMessage, response: ServerResponse): void;
  close(): void;
};

type Answer = {
  response: ServerResponse;
  stuckMs: (now: number) => number;
  /** Since when bytes have been waiting. */
  waitingSince?: number;
};

const CHECK_MS = 500;

const unlimited = new WeakSet<ServerResponse>();

/** Exempts an answer that goes on for ever, and has limits of its own: an event stream. */
export function goesOn(response: ServerResponse): void {
  unlimited.add(response);
}

export function createAnswers(limits: HttpLimits): Answers {
  const answers = new Set<Answer>();

  function check(): void {
    const now = performance.now();
    const waiting = [...answers].flatMap((answer) => {
      const { response } = answer;
      if (unlimited.has(response) || response.writableLength === 0) {
        answer.waitingSince = undefined;
        return [];
      }
      answer.waitingSince ??= now;
      return [{ response, waitedMs: now - answer.waitingSince, stuckMs: answer.stuckMs(now) }];
    });
    waiting.sort((a, b) => a.stuckMs - b.stuckMs);
    let bytes = 0;
    for (const { response, waitedMs, stuckMs } of waiting) {
      bytes += response.writableLength;
      const isOver = stuckMs >= limits.stuckMs || waitedMs >= limits.takeMs || bytes > limits.waitingBytes;
      if (isOver) response.destroy();
    }
  }

  const timer = setInterval(check, CHECK_MS).unref();

  return {
    watch({ socket }, response) {
      const answer: Answer = { response, stuckMs: createIntake(socket) };
      answers.add(answer);
      response.once('close', () => answers.delete(answer));
    },
    close: () => clearInterval(timer),
  };
}
