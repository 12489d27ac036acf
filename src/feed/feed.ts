import type { Database } from '../db.ts';
import type { Bus } from './bus.ts';
import type { Change } from './change.ts';
import { type Bounds, type Page, readBounds, readChanges, readOutboxAgeMs, readPage } from './changeLog.ts';
import type { Channel } from './channel.ts';
import { createTurns, shared } from './concurrency.ts';
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts';
import { CursorExpiredError, InvalidCursorError } from './error.ts';
import { createHub } from './hub.ts';
import { createInProcessBus } from './inProcessBus.ts';
import type { FeedLog } from './log.ts';
import { createRedisBus } from './redisBus.ts';
import { startSequencer } from './sequencer.ts';
import { type ChangeStream, createStream, type StreamOptions } from './stream.ts';

export type FeedOptions = {
  database: Pick<Database, 'url' | 'feedPool'>;
  /** Without it, news travels within this process only, and other processes' changes are found by reading the log. */
  redisUrl?: string;
  /** Whether this process may give positions; of all that may, one works and the rest stand by. Default true. */
  sequence?: boolean;
  log: FeedLog;
} & FeedTuning;

/** What nobody needs to set, save tests and measurements. */
export type FeedTuning = {
  /** See SequencingOptions. */
  batchSize?: number;
  /** How long the outbox goes unread when nobody nudges. */
  pollMs?: number;
  /** How long an organization without readers is kept. */
  leaveMs?: number;
  /** Of every Redis channel's name. Installations that share a Redis may set it apart. */
  redisPrefix?: string;
  /** Stands between the feed and its bus. */
  wrapBus?: (bus: Bus) => Bus;
};

/** Which of an organization's stored changes to read. */
export type ChangesQuery = {
  /** UUID. */
  organizationId: string;
  /** The cursor to read on from; without it, from the oldest change that is still stored. */
  after?: string;
  /** At most this many changes. */
  limit: number;
  types?: readonly string[];
  /** UUID of what changed. */
  entityId?: string;
  /** UUID of the user or agent. */
  actorId?: string;
  /** Inclusive. */
  since?: Date;
  /** Exclusive. */
  until?: Date;
};

export type FeedStatus = {
  /** Whether this process gives positions at present. */
  isSequencing: boolean;
  /** Whether news is expected to arrive by itself; if not, the log is read every 100 ms instead. */
  isBusDelivering: boolean;
  /** Milliseconds since the database last answered the feed; null when it never has. */
  headAgeMs: number | null;
  /** Streams that are open. */
  streams: number;
  /** Organizations that are followed for them, or were until a moment ago. */
  organizations: number;
};

export type Feed = {
  /** Fulfilled when the feed has read the database's head for the first time; it goes on trying until then. */
  ready(): Promise<void>;

  /** Says that something was committed, so that it need not be found by polling. A hint: cheap, and never fails. */
  nudge(): void;

  /** The position given last, read after this call: everything sequenced before the call is at or below it. */
  head(): Promise<number>;

  /** `head()` as a cursor. */
  headCursor(): Promise<string>;

  /**
   * A position as a cursor, in the history that the database had when it last answered. A change brings its own.
   *
   * @throws {Error} before `ready`.
   */
  encode(position: number): string;

  /**
   * The changes of one organization, live, after those stored since `after`.
   *
   * @throws {InvalidCursorError} for an `after` that was never issued.
   * @throws {CursorExpiredError} for an `after` whose successors are no longer stored, or of another history.
   */
  open(options: StreamOptions): Promise<ChangeStream>;

  /**
   * A page of the stored changes of one organization, oldest first.
   *
   * @throws {InvalidCursorError} and {CursorExpiredError}, as `open` does.
   */
  changes(query: ChangesQuery): Promise<Change[]>;

  /** What this process knows without asking anybody. */
  status(): FeedStatus;

  /** Milliseconds since the oldest change that still waits for its position was made; 0 when none waits. */
  outboxAgeMs(): Promise<number>;

  /** Ends every stream, hands the sequencing to whoever stands by, and closes every connection of the feed's own. */
  close(): Promise<void>;
};

/** Pages of the log that are read at once for streams and gaps; the pool has one connection more, for the head. */
const READS_AT_ONCE = 3;
const REPLAY_CHANGES = 200;
const REPLAY_BYTES = 256 * 1024;
const REDIS_PREFIX = 'muster:';

/** Opens the feed, which begins at once, whether the database is there yet or not. */
export function createFeed(options: FeedOptions): Feed {
  const { log, redisUrl, redisPrefix = REDIS_PREFIX, batchSize, pollMs, leaveMs } = options;
  const { url, feedPool: pool } = options.database;
  const isSequencing = (): boolean => sequencer?.isLeading() ?? false;
  const ownBus =
    redisUrl === undefined
      ? createInProcessBus(isSequencing)
      : createRedisBus({ url: redisUrl, prefix: redisPrefix, log });
  const bus = options.wrapBus?.(ownBus) ?? ownBus;
  const sequencer =
    options.sequence === false
      ? undefined
      : startSequencer({ url, publish: bus.publish, log, batchSize, pollMs });
  if (sequencer) bus.onNudge(sequencer.nudge);

  const turns = createTurns(READS_AT_ONCE);
  const hub = createHub({ pool, bus, turns, log, leaveMs });
  const bounds = shared(() => readBounds(pool));
  const streams = new Set<ChangeStream>();
  const closed = Promise.withResolvers<never>();
  closed.promise.catch(() => {});
  let isClosed = false;

  /** Where a new stream begins, and from where on it is live. */
  async function beginning(channel: Channel, after: string | undefined) {
    if (after === undefined) {
      const { position } = await hub.readHead();
      return { position, liveAt: position };
    }
    const cursor = decodeCursor(after);
    // Most that come back were here a moment ago, and many come back together: no need to ask the database.
    if (cursor?.epoch === channel.epoch && channel.reaches(cursor.position)) {
      const liveAt = channel.checked();
      if (cursor.position <= liveAt) return { position: cursor.position, liveAt };
    }
    const known = await bounds();
    return { position: positionIn(known, cursor), liveAt: known.head.position };
  }

  return {
    ready: () => Promise.race([hub.answered, closed.promise]),

    nudge() {
      if (isSequencing()) sequencer?.nudge();
      else bus.nudge();
    },

    head: async () => (await hub.readHead()).position,
    headCursor: async () => encodeCursor(await hub.readHead()),

    encode(position) {
      const latest = hub.latest();
      if (!latest) throw new Error('The feed has not read the database yet.');
      return encodeCursor({ epoch: latest.head.epoch, position });
    },

    async open({ organizationId, after, matches }) {
      const { channel, leave } = await hub.join(organizationId);
      try {
        const { position, liveAt } = await beginning(channel, after);
        if (isClosed) throw new Error('The feed is closed.');
        const source = { channel, position, liveAt, read, log, leave: end };
        const stream = createStream(source, matches);
        streams.add(stream);
        return stream;

        function read(from: number, upTo: number): Promise<Page> {
          const places = [{ organizationId, after: from }];
          const limits = { limit: REPLAY_CHANGES, maxBytes: REPLAY_BYTES };
          return turns(() => readPage(pool, { places, upTo, epoch: channel.epoch, ...limits }));
        }
        function end(): void {
          streams.delete(stream);
          leave();
        }
      } catch (error) {
        leave();
        throw error;
      }
    },

    async changes({ after, ...query }) {
      const position = after === undefined ? undefined : positionIn(await bounds(), decodeCursor(after));
      return await readChanges(pool, { ...query, after: position });
    },

    status: () => ({
      isSequencing: isSequencing(),
      isBusDelivering: bus.isDelivering(),
      headAgeMs: hub.latest()?.ageMs ?? null,
      streams: streams.size,
      organizations: hub.size(),
    }),

    outboxAgeMs: () => readOutboxAgeMs(pool),

    async close() {
      isClosed = true;
      closed.reject(new Error('The feed is closed.'));
      for (const stream of [...streams]) await stream.return();
      await Promise.all([sequencer?.stop(), hub.close()]);
      await bus.close();
    },
  };
}

/**
 * The position of a cursor in the feed as it is stored now.
 *
 * @param cursor undefined for a text that is none.
 * @throws {InvalidCursorError} and {CursorExpiredError}
 */
function positionIn({ oldest, head }: Bounds, cursor: Cursor | undefined): number {
  const oldestCursor = encodeCursor({ epoch: head.epoch, position: oldest - 1 });
  if (!cursor) throw new InvalidCursorError(oldestCursor);
  if (cursor.epoch !== head.epoch) throw new CursorExpiredError(oldestCursor);
  if (cursor.position > head.position) throw new InvalidCursorError(oldestCursor);
  if (cursor.position < oldest - 1) throw new CursorExpiredError(oldestCursor);
  return cursor.position;
}
