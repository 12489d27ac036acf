/** The operation that the running code belongs to: what it may take, and how it ends early. */
import { AsyncLocalStorage } from 'node:async_hooks';

export type RunningLimits = {
  /** The most bytes that an answer has, and that are read from the database for it. */
  answerBytes: number;
  /** How long an operation may take, in milliseconds. */
  deadlineMs: number;
};

export const RUNNING_LIMITS: RunningLimits = { answerBytes: 16 * 1024 * 1024, deadlineMs: 10_000 };

type EndingCode = 'ANSWER_TOO_LARGE' | 'DEADLINE_EXCEEDED' | 'CLIENT_GONE';

/** The reason why an operation ended early. */
export class OperationEnded extends Error {
  readonly code: EndingCode;

  constructor(code: EndingCode, message: string) {
    super(message);
    this.code = code;
  }
}

export function isTooLarge(reason: unknown): boolean {
  return reason instanceof OperationEnded && reason.code === 'ANSWER_TOO_LARGE';
}

/** A query, a mutation, or one event of a subscription. */
export type Operation = {
  /** Aborted when the operation ends early. Its reason is an `OperationEnded`. */
  readonly signal: AbortSignal;
  /** Runs work, and everything it starts, as a part of the operation. */
  run<Result>(work: () => Result): Result;
  /** Whether anything was read from the database. */
  hasRead(): boolean;
  /** The number of bytes that may still be read from the database. */
  remainingBytes(): number;
  /** Counts bytes that were read from the database, or would have been. */
  countRead(bytes: number): void;
  /** Counts bytes of the answer. */
  countWritten(bytes: number): void;
  /**
   * Begins an act, which has limits of its own: how long it waits for its turn, for locks and for the host. Until `acted`
   * is called, the deadline does not pass and reads do not count.
   */
  act(): void;
  /** Ends an act. The deadline begins anew, for reading what the act has changed. */
  acted(): void;
  /** To be called when the operation is over. */
  end(): void;
};

const current = new AsyncLocalStorage<Operation & { isOver(): boolean }>();

/** Undefined outside operations. What still runs of an operation that has ended early belongs to it for ever. */
export function currentOperation(): Operation | undefined {
  const operation = current.getStore();
  return operation?.isOver() && !operation.signal.aborted ? undefined : operation;
}

/** Runs work that outlives the operation which starts it, and must not end with it. */
export function outsideOperations<Result>(work: () => Result): Result {
  return current.exit(work);
}

/** @param leaving aborted when the client no longer waits for the answer. */
export function startOperation(limits: RunningLimits, leaving?: AbortSignal): Operation {
  const { answerBytes, deadlineMs } = limits;
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let isActing = false;
  let isOver = false;
  let read = 0;
  let written = 0;

  function endEarly(code: EndingCode, message: string): void {
    if (!isOver && !ending.signal.aborted) ending.abort(new OperationEnded(code, message));
  }

  const leave = () => endEarly('CLIENT_GONE', 'The client left.');

  function startTimer(): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      endEarly('DEADLINE_EXCEEDED', `The operation took longer than ${deadlineMs / 1_000} s.`);
    }, deadlineMs);
  }

  function checkBytes(bytes: number): void {
    if (bytes <= answerBytes) return;
    endEarly('ANSWER_TOO_LARGE', `The answer is larger than ${answerBytes} bytes. Ask for less at once.`);
  }

  if (leaving?.aborted) leave();
  else leaving?.addEventListener('abort', leave, { once: true });
  startTimer();

  const operation: Operation & { isOver(): boolean } = {
    signal: ending.signal,
    run: (work) => current.run(operation, work),
    hasRead: () => read > 0,
    remainingBytes: () => answerBytes - read,
    countRead(bytes) {
      if (isActing) return;
      read += bytes;
      checkBytes(read);
    },
    countWritten(bytes) {
      written += bytes;
      checkBytes(written);
    },
    act() {
      isActing = true;
      clearTimeout(timer);
    },
    acted() {
      isActing = false;
      startTimer();
    },
    end() {
      isOver = true;
      clearTimeout(timer);
      leaving?.removeEventListener('abort', leave);
    },
    isOver: () => isOver,
  };
  return operation;
}
