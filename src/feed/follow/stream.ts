import type { Change } from '../log/change.ts';
import { encodeCursor } from '../log/cursor.ts';
import type { Page } from '../log/page.ts';
import type { FeedLog } from '../logger.ts';
import type { Channel } from './channel.ts';
import { createGoals } from './goals.ts';
import type { Lead, Place } from './lead.ts';
import { createReplay } from './replay.ts';

export type StreamOptions = {
  /** UUID. The caller checks who may read it. */
  organizationId: string;
  /** The cursor to resume after. Default: the database's current head. */
  after?: string;
  /** Only changes of these types. Pages of the log then contain no others. */
  types?: readonly string[];
  /** Selects the changes to deliver. If it throws, this stream ends and no other. */
  matches: (change: Change) => boolean;
};

/**
 * The changes of one organization from a position on, stored and live ones alike, in feed order, each once.
 *
 * A stream is a position that advances when its reader asks. It queues nothing, so a slow reader costs no memory; it
 * fails only when retention removes its next changes.
 */
export type ChangeStream = AsyncIterableIterator<Change, undefined, undefined> & {
  /**
   * Waits for the next matching change. Returns `done` once the stream was ended by `return` or by closing the feed.
   *
   * @throws {CursorExpiredError} when the next changes are no longer stored or the epoch has changed. The stream has
   *   ended then.
   */
  next(): Promise<IteratorResult<Change, undefined>>;
  /** Ends the stream at once, even while a reader waits, and frees what it holds. */
  return(): Promise<IteratorResult<Change, undefined>>;
  throw(error: unknown): Promise<IteratorResult<Change, undefined>>;
  /**
   * Every matching change up to this position was delivered and acknowledged. Calling `next` again acknowledges the
   * change delivered before.
   */
  position(): number;
  /** `position()` as a cursor to resume after. */
  cursor(): string;
  /**
   * Resolves with true when the reader has acknowledged everything that was stored when the stream was opened, and with
   * false if the stream ends first. Without `after` it is true from the start. Never rejects.
   */
  readonly live: Promise<boolean>;
  /**
   * Looks for changes up to the position at once instead of at the next poll. Resolves with true when the reader has
   * acknowledged all of them, and with false if the stream ends first. Never rejects.
   */
  reach(position: number): Promise<boolean>;
  /** The next changes to be delivered, as far as they are in memory. */
  upcoming(limit: number): Change[];
  /**
   * Offers the stream to a lead whenever it is in step: it has delivered every change that its channel has, and no caller
   * waits for a position. While the lead delivers the changes, `next` waits.
   */
  follow(lead: Lead): void;
  /** Whether the stream was live, has fallen behind the changes in memory, and reads the log again. */
  isBehind(): boolean;
};

export type StreamSource = {
  channel: Channel;
  /** Called once, when the stream ends. */
  leave(): void;
  /** Reads a page of the organization's changes from the log, for positions that the channel no longer covers. */
  read(after: number, upTo: number): Promise<Page>;
  /** Checks the log for changes that the bus did not deliver. */
  check(): void;
  /** Where the stream starts. */
  position: number;
  /** The position from which on the stream is live. */
  liveAt: number;
  /** Called for each change that the stream delivers itself. */
  onDelivered?(): void;
  log: FeedLog;
};

const DONE = { done: true, value: undefined } as const;

/**
 * Opens a stream. The next change comes from the channel where it covers the position, otherwise from a page of the log.
 * Both are complete up to the channel's `checked`, so there is no gap where one takes over from the other.
 */
export function createStream(source: StreamSource, matches: StreamOptions['matches']): ChangeStream {
  const { channel, log } = source;
  let position = source.position;
  /** The position of the change that the reader has not acknowledged yet. */
  let delivered: number | undefined;
  let isEnded = false;
  let wake: (() => void) | undefined;
  let pulling = 0;
  let lastPull: Promise<unknown> = Promise.resolve();
  let lead: Lead | undefined;
  /** The place with the lead, while it delivers the changes. */
  let place: Place | undefined;

  const goals = createGoals();
  const replay = createReplay({ read: source.read, onProgress: () => wake?.(), log });
  const listen = () => channel.onMove(() => wake?.());
  let unsubscribe = listen();
  const live = reach(source.liveAt);

  function end(): void {
    if (isEnded) return;
    isEnded = true;
    place?.leave();
    replay.close();
    unsubscribe();
    source.leave();
    goals.close();
    wake?.();
  }

  function advanceTo(next: number): void {
    position = next;
    goals.reached(next);
  }

  function here(): number {
    return place?.position() ?? position;
  }

  function join(): void {
    if (!lead || position < channel.checked() || goals.isAwaited()) return;
    const { onDelivered = () => {} } = source;
    place = lead.join({ channel, position, matches, delivered: onDelivered, resume });
    if (place) unsubscribe();
  }

  /** Delivers the changes after the position itself again. */
  function resume(at: number): void {
    place = undefined;
    unsubscribe = listen();
    advanceTo(at);
    wake?.();
  }

  function reach(goal: number): Promise<boolean> {
    return isEnded || here() >= goal ? Promise.resolve(!isEnded) : goals.wait(goal);
  }

  async function pull(): Promise<IteratorResult<Change, undefined>> {
    if (delivered !== undefined) advanceTo(delivered);
    delivered = undefined;
    try {
      while (!isEnded) {
        const failure = channel.failure() ?? replay.failure();
        if (failure) throw failure;
        const change = place ? undefined : findNext();
        if (!change) {
          if (!place) join();
          await sleep();
        } else if (matches(change)) {
          advanceTo(change.position - 1);
          delivered = change.position;
          source.onDelivered?.();
          return { done: false, value: change };
        } else {
          advanceTo(change.position);
        }
      }
      return DONE;
    } catch (error) {
      end();
      throw error;
    }
  }

  /** Returns the next change after the position, or undefined when none is known yet. Requests a page that is not in memory. */
  function findNext(): Change | undefined {
    const page = replay.page();
    if (page) {
      const change = page.changes[page.index];
      page.index += 1;
      if (change) return change;
      advanceTo(page.upTo);
      replay.finishPage();
    }
    if (position >= channel.checked()) return undefined;
    if (channel.covers(position)) {
      const change = channel.next(position);
      if (!change) advanceTo(channel.checked());
      return change;
    }
    replay.request(position, channel.checked());
    return undefined;
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
    position: here,
    cursor: () => encodeCursor({ epoch: channel.epoch, position: here() }),
    live,
    reach(goal) {
      if (channel.checked() < goal) source.check();
      const at = here();
      // The lead knows no goals.
      if (place && at < goal) {
        place.leave();
        resume(at);
      }
      return reach(goal);
    },
    follow(offered) {
      lead = offered;
    },
    upcoming(limit) {
      // The lead reads them.
      if (place) return [];
      const page = replay.page();
      if (page) return page.changes.slice(page.index, page.index + limit).filter(matches);
      const found: Change[] = [];
      let at = delivered ?? position;
      for (let scanned = 0; scanned < limit && channel.covers(at); scanned += 1) {
        const change = channel.next(at);
        if (!change) break;
        at = change.position;
        if (matches(change)) found.push(change);
      }
      return found;
    },
    isBehind: () => here() >= source.liveAt && !isEnded && !channel.covers(here()),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
