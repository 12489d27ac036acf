/** What a client learns of an error: what it could have known, in full; of everything else, only whom to ask. */
import { randomUUID } from 'node:crypto';
import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Context } from '../context.ts';
import { sqlState } from '../sqlError.ts';

/** SQLSTATE of text that PostgreSQL cannot hold: the one character that clients can send and it cannot store is NUL. */
const UNSTORABLE_TEXT = '22021';

/** Masks and logs unexpected errors, and gives every error the id of its request. */
export function useErrors(log: Logger): Plugin<Context> {
  const toPublic = (result: ExecutionResult, requestId: string): ExecutionResult => ({
    ...result,
    errors: result.errors?.map((error) => publicError(error, requestId, log)),
  });
  return {
    onExecute({ args }) {
      const { requestId } = args.contextValue;
      return {
        onExecuteDone({ result, setResult }) {
          if ('errors' in result && result.errors) setResult(toPublic(result, requestId));
        },
      };
    },
    onSubscribe({ args }) {
      const { requestId } = args.contextValue;
      return {
        onSubscribeResult({ result, setResult }) {
          if ('errors' in result && result.errors) setResult(toPublic(result, requestId) as typeof result);
          return {
            onNext({ result: event, setResult: setEvent }) {
              if (event.errors) setEvent(toPublic(event, requestId));
            },
          };
        },
      };
    },
    // What never became an operation has no id yet: no JSON, no GraphQL, or none that this schema knows.
    onResultProcess({ result, setResult }) {
      if (!('errors' in result) || !result.errors?.some(({ extensions }) => !extensions.requestId)) return;
      const requestId = randomUUID();
      const errors = result.errors.map((error) => withStatus(refusal(error, requestId), error));
      log.info(
        { requestId, codes: errors.map(({ extensions }) => extensions.code) },
        'a request was refused',
      );
      setResult({ ...result, errors });
    },
  };
}

/** For yoga, which comes upon errors before there is an operation and after it has ended. */
export function maskError(error: unknown, log: Logger): GraphQLError {
  if (error instanceof GraphQLError && isForeseen(error)) return error;
  const masked = unexpected(error, randomUUID(), log);
  masked.extensions.http = { status: 500 };
  return masked;
}

/** An error of which nothing is told, but its id, under which the log tells all. */
export function unexpected(error: unknown, requestId: string, log: Logger, of?: GraphQLError): GraphQLError {
  log.error({ err: error, requestId, path: of?.path }, 'an operation failed unexpectedly');
  return new GraphQLError('Something went wrong on our side. The request id says where to look.', {
    nodes: of?.nodes,
    path: of?.path,
    extensions: { code: 'INTERNAL_ERROR', requestId },
  });
}

/** An error of the client's own making. */
export function refusal(error: GraphQLError, requestId: string): GraphQLError {
  const { message, nodes, source, positions, path } = error;
  // What is for the transport, and how a library put it.
  const { http: _http, originalError: _originalError, ...extensions } = error.extensions;
  const code = extensions.code ?? 'BAD_USER_INPUT';
  return new GraphQLError(message, {
    nodes,
    source,
    positions,
    path,
    extensions: { ...extensions, code, requestId },
  });
}

function publicError(error: GraphQLError, requestId: string, log: Logger): GraphQLError {
  if (isForeseen(error)) return refusal(error, requestId);
  if (sqlState(error.originalError) === UNSTORABLE_TEXT) {
    const { nodes, path } = error;
    return refusal(new GraphQLError('Text must not contain a NUL character.', { nodes, path }), requestId);
  }
  return unexpected(error.originalError, requestId, log, error);
}

function isForeseen({ originalError }: GraphQLError): boolean {
  return originalError === undefined || originalError instanceof GraphQLError;
}

/** Keeps the HTTP status that yoga chose; a body that is no JSON gets it whatever the client accepts. */
function withStatus(error: GraphQLError, original: GraphQLError): GraphQLError {
  const { http, originalError } = original.extensions;
  if (http) error.extensions.http = originalError ? { ...http, spec: false } : http;
  return error;
}
