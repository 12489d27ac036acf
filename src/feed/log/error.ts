/**
 * A cursor that the feed cannot resume after. Thrown when a stream is opened, when a page is read, and by a stream whose
 * next changes are gone. The GraphQL layer returns it as a top-level error with `code` and `oldestCursor`.
 */
export abstract class CursorError extends Error {
  abstract readonly code: string;
  /** The cursor before everything that is stored. */
  readonly oldestCursor: string;

  constructor(message: string, oldestCursor: string) {
    super(message);
    this.oldestCursor = oldestCursor;
  }
}

/** The feed issued this cursor, but the changes after it are no longer stored or belong to another epoch. */
export class CursorExpiredError extends CursorError {
  readonly code = 'CURSOR_EXPIRED';

  constructor(oldestCursor: string) {
    super('What comes after this cursor is no longer stored. Start again from a query.', oldestCursor);
    this.name = 'CursorExpiredError';
  }
}

/** The feed never issued this cursor. */
export class InvalidCursorError extends CursorError {
  readonly code = 'INVALID_CURSOR';

  constructor(oldestCursor: string) {
    super('This is not a cursor of this feed.', oldestCursor);
    this.name = 'InvalidCursorError';
  }
}
