/** How long a client should wait before it tries again. */
const RETRY_AFTER_SECONDS = 2;

/**
 * The server has no connection, or did not get a lock, in time. Whatever was begun is rolled back. It is no UserError:
 * any operation may meet it.
 */
export class BusyError extends Error {
  readonly retryAfterSeconds = RETRY_AFTER_SECONDS;

  constructor(options?: { cause?: unknown }) {
    super('The server is busy. Nothing has happened: try again in a moment.', options);
  }
}

export function isBusy(error: unknown): error is BusyError {
  return error instanceof BusyError;
}
