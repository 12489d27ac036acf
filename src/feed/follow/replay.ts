import type { Change } from '../log/change.ts';
import { CursorError } from '../log/error.ts';
import type { Page } from '../log/page.ts';
import type { FeedLog } from '../logger.ts';

export type ReplayOptions = {
  read(after: number, upTo: number): Promise<Page>;
  /** A page has arrived, a read has failed, or it is time to retry. */
  onProgress(): void;
  log: FeedLog;
};

/** Reads the log for one stream, a page at a time. A failed read is retried, unless it is a CursorError. */
export type Replay = {
  /** The current page; undefined before it has arrived and after `finishPage`. */
  page(): { changes: readonly Change[]; index: number; upTo: number } | undefined;
  finishPage(): void;
  /** Starts to read the next page, unless a read or a retry is pending. */
  request(after: number, upTo: number): void;
  /** Why the log cannot be read any further. */
  failure(): CursorError | undefined;
  close(): void;
};

const RETRY_MS = 250;

export function createReplay({ read, onProgress, log }: ReplayOptions): Replay {
  let page: { changes: Change[]; index: number; upTo: number } | undefined;
  let isReading = false;
  let retry: NodeJS.Timeout | undefined;
  let failure: CursorError | undefined;
  let isClosed = false;

  function fail(error: unknown): void {
    if (error instanceof CursorError) {
      failure = error;
    } else if (!isClosed) {
      log.debug({ err: error }, 'feed: a stream cannot read the log; retrying');
      retry = setTimeout(() => {
        retry = undefined;
        onProgress();
      }, RETRY_MS);
    }
  }

  return {
    page: () => page,
    finishPage() {
      page = undefined;
    },
    request(after, upTo) {
      if (isReading || retry) return;
      isReading = true;
      read(after, upTo)
        .then((next) => {
          if (!isClosed) page = { changes: next.changes, index: 0, upTo: next.upTo };
        }, fail)
        .finally(() => {
          isReading = false;
          onProgress();
        });
    },
    failure: () => failure,
    close() {
      isClosed = true;
      page = undefined;
      clearTimeout(retry);
    },
  };
}
