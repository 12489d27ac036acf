/** Why a subscription ends, or has to be taken up anew. */
import type { GraphQLFormattedError } from 'graphql';

/** What every error of this client is. */
export class MusterError extends Error {
  override readonly name: string = 'MusterError';
}

/**
 * The token is missing, unknown, expired or revoked, or its owner is no member any more. Final: the same token will
 * not do better next time.
 */
export class AccessDeniedError extends MusterError {
  override readonly name = 'AccessDeniedError';
}

/**
 * The server cannot go on from the cursor: it is older than what is stored, of another history of the database
 * (CURSOR_EXPIRED), or was never issued (INVALID_CURSOR). Final: query anew, and subscribe after that query's cursor.
 */
export class CursorExpiredError extends MusterError {
  override readonly name = 'CursorExpiredError';

  /** Which of the two it is. */
  readonly code: 'CURSOR_EXPIRED' | 'INVALID_CURSOR';
  /** The oldest position that the server still has. What lies between is not to be had from the feed. */
  readonly oldestCursor: string | undefined;

  constructor(message: string, code: CursorExpiredError['code'], oldestCursor: string | undefined) {
    super(message);
    this.code = code;
    this.oldestCursor = oldestCursor;
  }
}

/**
 * The server answered with GraphQL errors: a wrong document or variable, or something not found. Final. So is, when
 * trying again did not help, an error of the server's own making (INTERNAL_ERROR) and TOO_MANY_SUBSCRIPTIONS.
 */
export class OperationError extends MusterError {
  override readonly name = 'OperationError';

  /** All of them, as the server sent them. */
  readonly errors: readonly GraphQLFormattedError[];

  constructor(errors: readonly GraphQLFormattedError[]) {
    super(errors.map(({ message }) => message).join('\n') || 'The operation failed.');
    this.errors = errors;
  }
}

/** Whoever answers at the URL does not speak as Muster does. Final. */
export class ProtocolError extends MusterError {
  override readonly name = 'ProtocolError';
}

/** The connection is gone, or was never there. Told as the cause of a pause, and never thrown: the client resumes. */
export class ConnectionLostError extends MusterError {
  override readonly name = 'ConnectionLostError';

  /** The code the WebSocket was closed with: 1012 when the server restarts, 1013 when we were too slow for it. */
  readonly closeCode: number | undefined;

  constructor(message: string, { cause, closeCode }: { cause?: unknown; closeCode?: number } = {}) {
    super(message, { cause });
    this.closeCode = closeCode;
  }
}

/** We hung up, since the consumer was slower than the feed. The server is well, so no pause is due. */
export class OverflowError extends ConnectionLostError {}

const TRANSIENT = new Set(['INTERNAL_ERROR', 'TOO_MANY_SUBSCRIPTIONS']);

/** The error that a result's errors amount to. */
export function errorOf(errors: readonly GraphQLFormattedError[]): MusterError {
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
 * Whether trying again may help: the server's database may be away for a moment, and a connection that broke takes its
 * place among the subscriptions until the server finds out.
 */
export function isTransient(error: unknown): boolean {
  return (
    error instanceof OperationError &&
    error.errors.some(({ extensions }) => TRANSIENT.has(extensions?.code as string))
  );
}
