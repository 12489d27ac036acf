/**
 * What can be wrong with a cursor. Thrown when a stream is opened or a page is read, and by a stream whose place in
 * the feed is gone. Neither is a mutation's error: the GraphQL layer passes them on with `code` and `oldestCursor`.
 */
export abstract class CursorError extends Error {
  abstract readonly code: string;
  /** Everything that is still stored comes after this cursor. */
  readonly oldestCursor: string;

  constructor(message: string, oldestCursor: string) {
    super(message);
    this.oldestCursor = oldestCursor;
  }
}

/** The cursor was once good, but what comes after it is no longer stored, or belongs to another history. */
export class CursorExpiredError extends CursorError {
  readonly code = 'CURSOR_EXPIRED';

  constructor(oldestCursor: string) {
    super('What comes after this cursor is no longer stored. Start again from a query.', oldestCursor);
    this.name = 'CursorExpiredError';
  }
}

/** No feed ever issued this cursor. */
export class InvalidCursorError extends CursorError {
  readonly code = 'INVALID_CURSOR';

  constructor(oldestCursor: string) {
    super('This is not a cursor of this feed.', oldestCursor);
    this.name = 'InvalidCursorError';
  }
}
