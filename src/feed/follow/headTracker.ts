import type pg from 'pg';
import { coalesce } from '../concurrency/coalesce.ts';
import type { CursorExpiredError } from '../log/error.ts';
import { type Head, readCursorExpired, readHead } from '../log/head.ts';
import type { FeedLog } from '../logger.ts';

export type HeadTrackerOptions = {
  pool: pg.Pool;
  /** The epoch has changed, so everything known about the feed is void. */
  onEpochChange(error: CursorExpiredError): void;
  log: FeedLog;
};

/** Reads the database's head and detects a change of the epoch. */
export type HeadTracker = {
  /** Reads the head after the call. Concurrent calls share a read. */
  readHead(): Promise<Head>;
  /** The database's last answer. */
  latest(): { head: Head; ageMs: number } | undefined;
  /** Resolves when the database has answered for the first time. */
  answered: Promise<void>;
};

export function createHeadTracker({ pool, onEpochChange, log }: HeadTrackerOptions): HeadTracker {
  const answered = Promise.withResolvers<void>();
  let latest: { head: Head; at: number } | undefined;

  /** Reads run one after another, so a lower head means that the database was set back. */
  const isContinuation = (head: Head) =>
    !latest || (latest.head.epoch === head.epoch && latest.head.position <= head.position);

  return {
    readHead: coalesce(async () => {
      const head = await readHead(pool);
      if (!isContinuation(head)) {
        const error = await readCursorExpired(pool);
        log.warn({ head, before: latest?.head }, 'feed: the epoch has changed; ending all streams');
        onEpochChange(error);
      }
      latest = { head, at: performance.now() };
      answered.resolve();
      return head;
    }),
    answered: answered.promise,
    latest: () => latest && { head: latest.head, ageMs: performance.now() - latest.at },
  };
}
