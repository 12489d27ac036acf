/** The errors that clients see: of a bad request, the reason; of anything unexpected, only the request's id. */
import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { sqlState } from '../../database/sqlError.ts';
import { isBusy } from '../../load/busy.ts';
import { OperationEnded } from '../../load/operation.ts';

/** The error that an operation returns which has ended early. */
export function endingError({ code, message }: OperationEnded, of?: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes: of?.nodes, path: of?.path, extensions: { code } });
}

/** Values that clients can send and PostgreSQL cannot store, by SQLSTATE. */
const UNSTORABLE: Record<string, string> = {
  '22021': 'Text must not contain a NUL character.',
  '22008': 'A moment must not lie before the year 1.',
};

/** A message may quote a value of the client's, of any size. */
const MAX_MESSAGE_CHARACTERS = 1_000;

/** The error that an operation returns. */
export function clientError(error: GraphQLError, requestId: string, log: Logger): GraphQLError {
  if (isForeseen(error)) return refusal(error, requestId);
  if (error.originalError instanceof OperationEnded) {
    return refusal(endingError(error.originalError, error), requestId);
  }
  const unstorable = UNSTORABLE[sqlState(error.originalError) ?? ''];
  if (unstorable) {
    const { nodes, path } = error;
    return refusal(new GraphQLError(unstorable, { nodes, path }), requestId);
  }
  return unexpected(error.originalError, requestId, log, error);
}

/** For errors that yoga meets before there is an operation, and after it has ended. */
export function maskError(error: unknown, log: Logger): GraphQLError {
  if (error instanceof GraphQLError && isForeseen(error)) return error;
  const masked = unexpected(error, randomUUID(), log);
  masked.extensions.http = { status: 500 };
  return masked;
}

/**
 * Logs an error, and returns one that reveals nothing but the request's id, and whether the server was only busy. Nothing
 * has happened then.
 */
export function unexpected(error: unknown, requestId: string, log: Logger, of?: GraphQLError): GraphQLError {
  if (isBusy(error)) {
    const { message, retryAfterSeconds } = error;
    log.warn(
      { err: error, requestId, path: of?.path },
      'an operation was refused because the server is busy',
    );
    const extensions = { code: 'BUSY', retryAfterSeconds, requestId };
    return new GraphQLError(message, { nodes: of?.nodes, path: of?.path, extensions });
  }
  log.error({ err: error, requestId, path: of?.path }, 'an operation failed unexpectedly');
  return new GraphQLError('Something went wrong on our side. The request id says where to look.', {
    nodes: of?.nodes,
    path: of?.path,
    extensions: { code: 'INTERNAL_ERROR', requestId },
  });
}

/** An error that the client caused, with its request's id. */
export function refusal(error: GraphQLError, requestId: string): GraphQLError {
  const { message, nodes, source, positions, path } = error;
  // `http` is for the transport; `originalError` is a library's wording.
  const { http: _http, originalError: _originalError, ...extensions } = error.extensions;
  const code = extensions.code ?? 'BAD_USER_INPUT';
  return new GraphQLError(shortened(message), {
    nodes,
    source,
    positions,
    path,
    extensions: { ...extensions, code, requestId },
  });
}

function shortened(message: string): string {
  if (message.length <= MAX_MESSAGE_CHARACTERS) return message;
  // The cut may fall within a surrogate pair.
  return `${message.slice(0, MAX_MESSAGE_CHARACTERS).toWellFormed()}…`;
}

function isForeseen({ originalError }: GraphQLError): boolean {
  return originalError === undefined || originalError instanceof GraphQLError;
}
