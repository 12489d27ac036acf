import type { Database } from '../db.ts';
import { createTurns, shared, sharedBy } from './concurrency.ts';
import type { Channel } from './follow/channel.ts';
import { createHub } from './follow/hub.ts';
import { type ChangeStream, createStream, type StreamOptions } from './follow/stream.ts';
import type { Change } from './log/change.ts';
import {
  type ActorFilter,
  type Bounds,
  type Page,
  readBounds,
  readChanges,
  readPage,
} from './log/changeLog.ts';
import { type Cursor, decodeCursor, encodeCursor } from './log/cursor.ts';
import { CursorExpiredError, InvalidCursorError } from './log/error.ts';
import { type FeedMeter, NO_METER } from './meter.ts';
import { type AnnouncerOptions, startAnnouncer } from './sequence/announcer.ts';
import { type BacklogWatch, watchBacklog } from './sequence/backlog.ts';

export type FeedOptions = Omit<AnnouncerOptions, 'url' | 'meter'> & {
  meter?: FeedMeter;
  database: Pick<Database, 'url' | 'feedPool'>;
  /** How long an organization without readers is kept. For tests and measurements. */
  leaveMs?: number;
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
  /** Who made them. */
  actor?: ActorFilter;
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

/** Whether the feed does what it is for. Each is a fault of its own, to be mended elsewhere. */
export type FeedHealth = {
  /** This process knows what the database has. */
  isReading: boolean;
  /** See BacklogWatch. */
  isSequenced: boolean;
};

export type Feed = BacklogWatch & {
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

  /** Never fails, and answers within seconds. */
  health(): Promise<FeedHealth>;

  /** Ends every stream, hands the sequencing to whoever stands by, and closes every connection of the feed's own. */
  close(): Promise<void>;
};

/*
 * How many connections of the pool are used at once, for what. Those who come back after a restart may ask for more of
 * the log than is read in seconds; what happens meanwhile, and the head, must not wait for that.
 */
const REPLAYS_AT_ONCE = 2;
const GAPS_AT_ONCE = 1;
const REPLAY_CHANGES = 200;
const REPLAY_BYTES = 256 * 1024;
/** Without an answer for so long, this process may be missing what others know. */
const MAX_HEAD_AGE_MS = 10_000;

/** Opens the feed, which begins at once, whether the database is there yet or not. */
export function createFeed(options: FeedOptions): Feed {
  const { database, leaveMs, ...announcing } = options;
  const { log, meter = NO_METER } = options;
  const { url, feedPool: pool } = database;
  const announcer = startAnnouncer({ url, ...announcing });
  const { bus } = announcer;

  const replays = createTurns(REPLAYS_AT_ONCE);
  const pages = sharedBy<Page>();
  const hub = createHub({ pool, bus, turns: createTurns(GAPS_AT_ONCE), log, meter, leaveMs });
  const bounds = shared(() => readBounds(pool));
  const streams = new Set<ChangeStream>();
  const closed = Promise.withResolvers<never>();
  closed.promise.catch(() => {});
  let isClosed = false;

  /** Joins an organization where a new stream begins. */
  async function enter(organizationId: string, after: string | undefined) {
    for (;;) {
      const { channel, leave } = await hub.join(organizationId);
      try {
        const { epoch, ...beginning } = await beginningIn(channel, after);
        if (isClosed) throw new Error('The feed is closed.');
        if (epoch === channel.epoch && !channel.failure()) return { channel, leave, ...beginning };
        // The database is in another history than when the organization was joined. Whoever joins now follows that.
        await hub.readHead();
      } catch (error) {
        leave();
        throw error;
      }
      leave();
    }
  }

  /** Where a new stream begins, from where on it is live, and in which history that is. */
  async function beginningIn(channel: Channel, after: string | undefined) {
    if (after === undefined) {
      const { position, epoch } = await hub.readHead();
      return { position, liveAt: position, epoch };
    }
    const cursor = decodeCursor(after);
    // Most that come back were here a moment ago, and many come back together: no need to ask the database.
    if (cursor?.epoch === channel.epoch && channel.reaches(cursor.position)) {
      const liveAt = channel.checked();
      if (cursor.position <= liveAt) return { position: cursor.position, liveAt, epoch: channel.epoch };
    }
    const known = await bounds();
    return { ...cursorIn(known, cursor), liveAt: known.head.position };
  }

  const backlog = watchBacklog(pool);

  return {
    ready: () => Promise.race([hub.answered, closed.promise]),

    nudge: announcer.nudge,

    head: async () => (await hub.readHead()).position,
    headCursor: async () => encodeCursor(await hub.readHead()),

    encode(position) {
      const latest = hub.latest();
      if (!latest) throw new Error('The feed has not read the database yet.');
      return encodeCursor({ epoch: latest.head.epoch, position });
    },

    async open({ organizationId, after, types, matches }) {
      const { channel, leave, position, liveAt } = await enter(organizationId, after);
      const source = { channel, position, liveAt, read, check: hub.check, log, leave: end };
      const stream = createStream(source, (change) => {
        const isMatch = (types?.includes(change.type) ?? true) && matches(change);
        if (isMatch) meter.delivered();
        return isMatch;
      });
      streams.add(stream);
      return stream;

      function read(from: number, upTo: number): Promise<Page> {
        const { epoch } = channel;
        // Many come back together, and ask for the same.
        return pages(JSON.stringify([organizationId, epoch, from, types]), () =>
          replays(organizationId, async () => {
            // Others may share it; they ask again.
            if (!streams.has(stream)) throw new Error('The stream that asked for a page is over.');
            const places = [{ organizationId, after: from }];
            const limits = { limit: REPLAY_CHANGES, maxBytes: REPLAY_BYTES };
            return await readPage(pool, { places, upTo, epoch, filter: { types }, ...limits });
          }),
        );
      }
      function end(): void {
        streams.delete(stream);
        leave();
      }
    },

    async changes({ after, ...query }) {
      const cursor = after === undefined ? undefined : cursorIn(await bounds(), decodeCursor(after));
      return await readChanges(pool, { ...query, after: cursor }, (task) =>
        replays(query.organizationId, task),
      );
    },

    status: () => ({
      isSequencing: announcer.isLeading(),
      isBusDelivering: bus.isDelivering(),
      headAgeMs: hub.latest()?.ageMs ?? null,
      streams: streams.size,
      organizations: hub.size(),
    }),

    ...backlog,

    async health() {
      const headAgeMs = hub.latest()?.ageMs ?? Number.POSITIVE_INFINITY;
      return { isReading: headAgeMs < MAX_HEAD_AGE_MS, isSequenced: await backlog.isSequenced() };
    },

    async close() {
      isClosed = true;
      closed.reject(new Error('The feed is closed.'));
      for (const stream of [...streams]) await stream.return();
      await Promise.all([announcer.stop(), hub.close()]);
      await bus.close();
    },
  };
}

/**
 * A cursor that leads on in the feed as it is stored now.
 *
 * @param cursor undefined for a text that is none.
 * @throws {InvalidCursorError} and {CursorExpiredError}
 */
function cursorIn({ oldest, head }: Bounds, cursor: Cursor | undefined): Cursor {
  const oldestCursor = encodeCursor({ epoch: head.epoch, position: oldest - 1 });
  if (!cursor) throw new InvalidCursorError(oldestCursor);
  if (cursor.epoch !== head.epoch) throw new CursorExpiredError(oldestCursor);
  if (cursor.position > head.position) throw new InvalidCursorError(oldestCursor);
  if (cursor.position < oldest - 1) throw new CursorExpiredError(oldestCursor);
  return cursor;
}
