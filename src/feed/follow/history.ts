import type pg from 'pg';
import { shared } from '../concurrency.ts';
import { cursorExpired, type Head, readHead } from '../log/changeLog.ts';
import type { CursorExpiredError } from '../log/error.ts';
import type { FeedLog } from '../logger.ts';

export type HistoryOptions = {
  pool: pg.Pool;
  /** The database is in another history than before; what was known of it is void. */
  onEnd(error: CursorExpiredError): void;
  log: FeedLog;
};

/** Follows the database's head, and notices when it is no longer the head of the same history. */
export type History = {
  /** Read after the call. Callers at the same time share a read. */
  readHead(): Promise<Head>;
  /** What the database answered last. */
  latest(): { head: Head; ageMs: number } | undefined;
  /** Fulfilled when the database has answered for the first time. */
  answered: Promise<void>;
};

export function createHistory({ pool, onEnd, log }: HistoryOptions): History {
  const answered = Promise.withResolvers<void>();
  let latest: { head: Head; at: number } | undefined;

  /** Reads follow one another, so a head lower than before means that the database was put back. */
  const isSame = (head: Head) =>
    !latest || (latest.head.epoch === head.epoch && latest.head.position <= head.position);

  return {
    readHead: shared(async () => {
      const head = await readHead(pool);
      if (!isSame(head)) {
        const error = await cursorExpired(pool);
        log.warn({ head, before: latest?.head }, 'feed: the database is in another history; all streams end');
        onEnd(error);
      }
      latest = { head, at: performance.now() };
      answered.resolve();
      return head;
    }),
    answered: answered.promise,
    latest: () => latest && { head: latest.head, ageMs: performance.now() - latest.at },
  };
}
