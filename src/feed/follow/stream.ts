import type { Change } from '../log/change.ts';
import type { Page } from '../log/changeLog.ts';
import { encodeCursor } from '../log/cursor.ts';
import { CursorError } from '../log/error.ts';
import type { FeedLog } from '../logger.ts';
import type { Channel } from './channel.ts';

export type StreamOptions = {
  /** UUID. Who may listen is the caller's business. */
  organizationId: string;
  /** The cursor to go on from. Without it the stream starts at the database's head of this moment. */
  after?: string;
  /** Only changes of these types; a log that has few of them is then read the faster. */
  types?: readonly string[];
  /** Which of the organization's changes to hand out. One that throws ends this stream, and no other. */
  matches: (change: Change) => boolean;
};

/**
 * The changes of one organization from some position on, in feed order, each once, stored and live ones alike.
 *
 * Nothing is queued for a reader: the stream is a position that walks when asked. A reader may take as long as it
 * likes over a change, until the retention overtakes it.
 */
export type ChangeStream = AsyncIterableIterator<Change, undefined, undefined> & {
  /**
   * Waits for the next change that matches; `done` once the stream was ended, by `return` or by closing the feed.
   *
   * @throws {CursorExpiredError} when the stream's place in the feed is gone. The stream is then over.
   */
  next(): Promise<IteratorResult<Change, undefined>>;
  /** Ends the stream at once, also one that waits, and lets go of everything it holds. */
  return(): Promise<IteratorResult<Change, undefined>>;
  throw(error: unknown): Promise<IteratorResult<Change, undefined>>;
  /**
   * Everything up to it that matches was handed out and asked beyond: the change handed out last counts only once
   * `next` is called again, which a reader does when it has dealt with it.
   */
  position(): number;
  /** `position()` as a cursor to resume after. */
  cursor(): string;
  /**
   * Fulfilled with true when the reader has asked beyond everything that was stored when the stream was opened, and
   * with false when the stream ends before. Without `after` it is true from the start. Never rejected.
   */
  readonly live: Promise<boolean>;
  /**
   * Sees to it that what there is up to a position is found now, not in its time. Fulfilled with true when the reader
   * has asked beyond all of it, and with false when the stream ends before. Never rejected.
   */
  reach(position: number): Promise<boolean>;
  /** Changes that will be handed out next, as far as they are in memory already. */
  upcoming(limit: number): Change[];
  /** Whether it was live once and has fallen behind what is kept in memory, so that it reads the log again. */
  isBehind(): boolean;
};

export type StreamSource = {
  channel: Channel;
  /** Called once, when the stream is over. */
  leave(): void;
  /** A page of the organization's changes out of the log, for what the channel no longer reaches. */
  read(after: number, upTo: number): Promise<Page>;
  /** Has the channel look into the log for what it was not told of. */
  check(): void;
  /** Where to start. */
  position: number;
  /** From where on the stream is live. */
  liveAt: number;
  log: FeedLog;
};

const DONE = { done: true, value: undefined } as const;
/** The pause after the log could not be read. */
const RETRY_MS = 250;

/**
 * Walks from one position on. Where the channel reaches back to the position, the next change comes from there, else
 * from a page of the log; either is without gaps up to the channel's `checked`, so there is no seam between them.
 */
export function createStream(source: StreamSource, matches: StreamOptions['matches']): ChangeStream {
  const { channel, log } = source;
  let position = source.position;
  let goals: { position: number; resolve(isReached: boolean): void }[] = [];
  /** The position of the change that the reader has, until it asks for the next. */
  let handedOut: number | undefined;
  let page: { changes: Change[]; index: number; upTo: number } | undefined;
  let isReading = false;
  let readError: unknown;
  let retry: NodeJS.Timeout | undefined;
  let isOver = false;
  let wake: (() => void) | undefined;
  let pulling = 0;
  let lastPull: Promise<unknown> = Promise.resolve();

  const ignoreMoves = channel.onMove(() => wake?.());
  const live = reach(source.liveAt);

  function end(): void {
    if (isOver) return;
    isOver = true;
    page = undefined;
    ignoreMoves();
    clearTimeout(retry);
    source.leave();
    for (const goal of goals) goal.resolve(false);
    wake?.();
  }

  function walkTo(next: number): void {
    position = next;
    if (goals.length === 0) return;
    for (const goal of goals) if (goal.position <= position) goal.resolve(true);
    goals = goals.filter((goal) => goal.position > position);
  }

  function reach(goal: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    if (isOver || position >= goal) resolve(!isOver);
    else goals.push({ position: goal, resolve });
    return promise;
  }

  async function pull(): Promise<IteratorResult<Change, undefined>> {
    if (handedOut !== undefined) walkTo(handedOut);
    handedOut = undefined;
    try {
      while (!isOver) {
        const failure = channel.failure() ?? (readError instanceof CursorError ? readError : undefined);
        if (failure) throw failure;
        const change = findNext();
        if (!change) {
          await sleep();
        } else if (matches(change)) {
          walkTo(change.position - 1);
          handedOut = change.position;
          return { done: false, value: change };
        } else {
          walkTo(change.position);
        }
      }
      return DONE;
    } catch (error) {
      end();
      throw error;
    }
  }

  /** The first change beyond the position; without one, the position has walked as far as it can for now. */
  function findNext(): Change | undefined {
    if (page) {
      const change = page.changes[page.index];
      page.index += 1;
      if (change) return change;
      walkTo(page.upTo);
      page = undefined;
    }
    if (position >= channel.checked()) return undefined;
    if (channel.reaches(position)) {
      const change = channel.next(position);
      if (!change) walkTo(channel.checked());
      return change;
    }
    readOn();
    return undefined;
  }

  function readOn(): void {
    if (isReading || retry) return;
    isReading = true;
    const after = position;
    source.read(after, channel.checked()).then(
      (read) => {
        isReading = false;
        if (!isOver) page = { changes: read.changes, index: 0, upTo: read.upTo };
        wake?.();
      },
      (error) => {
        isReading = false;
        readError = error;
        if (!isOver && !(error instanceof CursorError)) {
          log.debug({ err: error }, 'feed: a stream cannot read the log; trying on');
          retry = setTimeout(() => {
            retry = undefined;
            wake?.();
          }, RETRY_MS);
        }
        wake?.();
      },
    );
  }

  async function sleep(): Promise<void> {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    wake = undefined;
  }

  return {
    next() {
      const pulled = pulling === 0 ? pull() : lastPull.then(pull, pull);
      pulling += 1;
      lastPull = pulled;
      const settled = () => {
        pulling -= 1;
      };
      pulled.then(settled, settled);
      return pulled;
    },
    async return() {
      end();
      return DONE;
    },
    async throw(error) {
      end();
      throw error;
    },
    position: () => position,
    cursor: () => encodeCursor({ epoch: channel.epoch, position }),
    live,
    reach(goal) {
      if (channel.checked() < goal) source.check();
      return reach(goal);
    },
    upcoming(limit) {
      if (page) return page.changes.slice(page.index, page.index + limit).filter(matches);
      const found: Change[] = [];
      let at = handedOut ?? position;
      for (let scanned = 0; scanned < limit && channel.reaches(at); scanned += 1) {
        const change = channel.next(at);
        if (!change) break;
        at = change.position;
        if (matches(change)) found.push(change);
      }
      return found;
    },
    isBehind: () => position >= source.liveAt && !isOver && !channel.reaches(position),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
