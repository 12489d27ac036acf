/** The errors that end or interrupt a subscription. */
import type { GraphQLFormattedError } from 'graphql';

/** The base class of this client's errors. */
export class MusterError extends Error {
  override readonly name: string = 'MusterError';
}

/**
 * The token is missing, unknown, expired or revoked, or its owner is no longer a member. Final: retrying with the same
 * token fails again.
 */
export class AccessDeniedError extends MusterError {
  override readonly name = 'AccessDeniedError';
}

/**
 * The server cannot resume after the cursor. Its changes are no longer stored or belong to another history of the
 * database (CURSOR_EXPIRED), or the server never issued it (INVALID_CURSOR). Final: query again, and subscribe after that
 * query's cursor.
 */
export class CursorExpiredError extends MusterError {
  override readonly name = 'CursorExpiredError';

  /** Which of the two errors it is. */
  readonly code: 'CURSOR_EXPIRED' | 'INVALID_CURSOR';
  /** The cursor before the oldest stored change. The feed no longer has the changes before it. */
  readonly oldestCursor: string | undefined;

  constructor(message: string, code: CursorExpiredError['code'], oldestCursor: string | undefined) {
    super(message);
    this.code = code;
    this.oldestCursor = oldestCursor;
  }
}

/**
 * The server returned GraphQL errors: the document or a variable is wrong, or something was not found. Final. The client
 * retries INTERNAL_ERROR and TOO_MANY_SUBSCRIPTIONS a few times before it throws them.
 */
export class OperationError extends MusterError {
  override readonly name = 'OperationError';

  /** All errors as the server sent them. */
  readonly errors: readonly GraphQLFormattedError[];

  constructor(errors: readonly GraphQLFormattedError[]) {
    super(errors.map(({ message }) => message).join('\n') || 'The operation failed.');
    this.errors = errors;
  }
}

/** The server at the URL does not follow Muster's protocol. Final. */
export class ProtocolError extends MusterError {
  override readonly name = 'ProtocolError';
}

/** The connection broke or could not be opened. Reported as the cause of a pause, never thrown: the client reconnects. */
export class ConnectionLostError extends MusterError {
  override readonly name = 'ConnectionLostError';

  /** The WebSocket's close code: 1012 when the server restarts, 1013 when this client was too slow. */
  readonly closeCode: number | undefined;

  constructor(message: string, { cause, closeCode }: { cause?: unknown; closeCode?: number } = {}) {
    super(message, { cause });
    this.closeCode = closeCode;
  }
}

/** The client closed the connection because its consumer was slower than the feed. It reconnects without a pause. */
export class OverflowError extends ConnectionLostError {}

const TRANSIENT = new Set(['INTERNAL_ERROR', 'TOO_MANY_SUBSCRIPTIONS']);

/** Converts a result's errors to an error of this client. */
export function errorFromResult(errors: readonly GraphQLFormattedError[]): MusterError {
  for (const { message, extensions } of errors) {
    switch (extensions?.code) {
      case 'CURSOR_EXPIRED':
      case 'INVALID_CURSOR': {
        const { code, oldestCursor } = extensions;
        return new CursorExpiredError(message, code, oldestCursor as string | undefined);
      }
      case 'UNAUTHENTICATED':
      case 'FORBIDDEN':
        return new AccessDeniedError(message);
      case 'LAGGED':
        return new ConnectionLostError(message);
    }
  }
  return new OperationError(errors);
}

/**
 * Whether a retry may succeed. The server's database may be unreachable for a moment, and a broken connection counts
 * against the limit of subscriptions until the server notices.
 */
export function isTransient(error: unknown): boolean {
  return (
    error instanceof OperationError &&
    error.errors.some(({ extensions }) => TRANSIENT.has(extensions?.code as string))
  );
}
