import type { Database } from '../database/db.ts';
import { createLimiter } from '../load/limiter.ts';
import { coalesce } from './concurrency/coalesce.ts';
import { createSingleFlight } from './concurrency/singleFlight.ts';
import { enter, validCursor } from './follow/entry.ts';
import { createHub } from './follow/hub.ts';
import type { ReadingMeter } from './follow/meter.ts';
import { type ChangeStream, createStream, type StreamOptions } from './follow/stream.ts';
import type { Change } from './log/change.ts';
import { decodeCursor, encodeCursor } from './log/cursor.ts';
import type { ChangeFilter } from './log/filter.ts';
import { readBounds } from './log/head.ts';
import { type Page, readPage } from './log/page.ts';
import { readChanges } from './log/storedChanges.ts';
import { type PublisherOptions, startPublisher } from './publisher.ts';
import { type BacklogMonitor, createBacklogMonitor } from './sequence/backlog.ts';
import type { SequencingMeter } from './sequence/meter.ts';

export type FeedMeter = SequencingMeter & ReadingMeter;

export type FeedOptions = Omit<PublisherOptions, 'url' | 'meter'> & {
  meter?: FeedMeter;
  /** The backlog is read over `checkPool`, so that health does not wait for the feed's reads. Default: `feedPool`. */
  database: Pick<Database, 'url' | 'feedPool'> & Partial<Pick<Database, 'checkPool'>>;
  /** How long an organization stays subscribed after its last reader has left. For tests and measurements. */
  leaveMs?: number;
};

/** Selects stored changes of one organization. */
export type ChangesQuery = ChangeFilter & {
  /** UUID. */
  organizationId: string;
  /** The cursor to read after. Default: before the oldest stored change. */
  after?: string;
  /** The cursor to read before. Default: after the newest stored change. */
  before?: string;
  limit: number;
  /** Whether to read the last changes of the range instead of the first. */
  isBackward?: boolean;
};

export type FeedStatus = {
  /** Whether this process assigns positions at present. */
  isSequencing: boolean;
  /** Whether the bus is expected to deliver. If not, the log is polled every 100 ms. */
  isBusDelivering: boolean;
  /** Milliseconds since the database last answered the feed; null before its first answer. */
  headAgeMs: number | null;
  /** The number of open streams. */
  streams: number;
  /** The number of organizations that this process follows. */
  organizations: number;
};

/** The two parts fail independently and are repaired in different places. */
export type FeedHealth = {
  /** Whether this process can read the feed. */
  isReading: boolean;
  /** See BacklogMonitor. */
  isSequenced: boolean;
};

export type Feed = BacklogMonitor & {
  /** Resolves when the feed has read the database's head for the first time. It retries until then. */
  ready(): Promise<void>;

  /** Wakes the sequencer after a commit, so that it need not wait for its poll. A hint: cheap, and never fails. */
  nudge(): void;

  /** Reads the last assigned position. Everything sequenced before the call is at or below it. */
  head(): Promise<number>;

  /** `head()` as a cursor. */
  headCursor(): Promise<string>;

  /**
   * Encodes a position as a cursor in the current epoch. A change carries its own cursor.
   *
   * @throws {Error} before `ready`.
   */
  encode(position: number): string;

  /**
   * Opens a stream of one organization's changes: those stored since `after`, then live ones.
   *
   * @throws {InvalidCursorError} for an `after` that was never issued.
   * @throws {CursorExpiredError} for an `after` whose next changes are no longer stored, or of another epoch.
   */
  open(options: StreamOptions): Promise<ChangeStream>;

  /**
   * Reads a page of one organization's stored changes, oldest first in both directions.
   *
   * @throws {InvalidCursorError} and {CursorExpiredError} as `open` does.
   */
  changes(query: ChangesQuery): Promise<Change[]>;

  /** Reads this process's state without asking the database. */
  status(): FeedStatus;

  /** Never fails, and returns within seconds. */
  health(): Promise<FeedHealth>;

  /** Ends every stream, hands the sequencing to a standby, and closes the feed's own connections. */
  close(): Promise<void>;
};

/*
 * How many connections of the pool each kind of read may use. After a restart, resuming clients may ask for more of the
 * log than can be read in seconds. Gaps and the head must not wait for them.
 */
const MAX_REPLAYS = 2;
const MAX_GAP_READS = 1;
const REPLAY_CHANGES = 200;
const REPLAY_BYTES = 256 * 1024;
/** Without an answer of the database for this long, the feed counts as not reading. */
const MAX_HEAD_AGE_MS = 10_000;

/** Opens the feed. It starts at once and reconnects to the database until closed. */
export function createFeed(options: FeedOptions): Feed {
  const { database, leaveMs, ...publishing } = options;
  const { log, meter } = options;
  const { url, feedPool: pool, checkPool } = database;
  const publisher = startPublisher({ url, ...publishing });
  const { bus } = publisher;

  const replays = createLimiter(MAX_REPLAYS);
  const pages = createSingleFlight<Page>();
  const hub = createHub({ pool, bus, limiter: createLimiter(MAX_GAP_READS), log, meter, leaveMs });
  const bounds = coalesce(() => readBounds(pool));
  const backlog = createBacklogMonitor(checkPool ?? pool);
  const streams = new Set<ChangeStream>();
  const closed = Promise.withResolvers<never>();
  closed.promise.catch(() => {});
  let isClosed = false;

  return {
    ready: () => Promise.race([hub.answered, closed.promise]),

    nudge: publisher.nudge,

    head: async () => (await hub.readHead()).position,
    headCursor: async () => encodeCursor(await hub.readHead()),

    encode(position) {
      const latest = hub.latest();
      if (!latest) throw new Error('The feed has not read the database yet.');
      return encodeCursor({ epoch: latest.head.epoch, position });
    },

    async open({ organizationId, after, types, matches }) {
      const { channel, leave, position, liveAt } = await enter(hub, bounds, organizationId, after);
      if (isClosed) {
        leave();
        throw new Error('The feed is closed.');
      }
      const onDelivered = meter?.delivered;
      const source = { channel, position, liveAt, read, check: hub.check, onDelivered, log, leave: end };
      const stream = createStream(
        source,
        (change) => (types?.includes(change.type) ?? true) && matches(change),
      );
      streams.add(stream);
      return stream;

      /** Streams that resume from the same position share the read. */
      function read(from: number, upTo: number): Promise<Page> {
        const { epoch } = channel;
        return pages(JSON.stringify([organizationId, epoch, from, types]), () =>
          replays(organizationId, async () => {
            // The read has waited for its turn. Other streams that share it retry.
            if (!streams.has(stream)) throw new Error('The stream that requested the page has ended.');
            const starts = [{ organizationId, after: from }];
            const limits = { limit: REPLAY_CHANGES, maxBytes: REPLAY_BYTES };
            return await readPage(pool, { starts, upTo, epoch, filter: { types }, ...limits });
          }),
        );
      }
      function end(): void {
        streams.delete(stream);
        leave();
      }
    },

    async changes({ after, before, ...query }) {
      const valid = async (text: string | undefined) =>
        text === undefined ? undefined : validCursor(await bounds(), decodeCursor(text));
      const range = { after: await valid(after), before: await valid(before) };
      return await readChanges(pool, { ...query, ...range }, (task) => replays(query.organizationId, task));
    },

    status: () => ({
      isSequencing: publisher.isLeading(),
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
      await Promise.all([publisher.stop(), hub.close()]);
      await bus.close();
    },
  };
}
