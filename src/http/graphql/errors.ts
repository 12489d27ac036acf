/** What a client sees of an error: of a bad request, the reason; of anything unexpected, only the request's id. */
import { randomUUID } from 'node:crypto';
import { type ExecutionResult, GraphQLError } from 'graphql';
import type { FetchAPI, Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Context } from '../../context.ts';
import { sqlState } from '../../sqlError.ts';

/** Values that clients can send and PostgreSQL cannot store, by SQLSTATE. */
const UNSTORABLE: Record<string, string> = {
  '22021': 'Text must not contain a NUL character.',
  '22008': 'A moment must not lie before the year 1.',
};

/** A message may quote a value of the client's, of any size. */
const MAX_MESSAGE_CHARACTERS = 1_000;
/** For clients that accept `application/graphql-response+json`. Others receive every GraphQL answer as a 200. */
const BAD_REQUEST = { status: 400, spec: true };

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
    onResultProcess({ result, setResult }) {
      if (!('errors' in result) || !result.errors) return;
      if (result.errors.every(({ extensions }) => extensions.requestId)) {
        // Refused before execution, for its variables. yoga sets no status for that.
        if (!('data' in result)) for (const { extensions } of result.errors) extensions.http ??= BAD_REQUEST;
        return;
      }
      // Refused before it became an operation, so it has no id yet: it is no JSON, no GraphQL, or not of this schema.
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

/** For errors that yoga meets before there is an operation, and after it has ended. */
export function maskError(error: unknown, log: Logger): GraphQLError {
  if (error instanceof GraphQLError && isForeseen(error)) return error;
  const masked = unexpected(error, randomUUID(), log);
  masked.extensions.http = { status: 500 };
  return masked;
}

/** Logs an error, and returns one that reveals nothing but the request's id. */
export function unexpected(error: unknown, requestId: string, log: Logger, of?: GraphQLError): GraphQLError {
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

/** The response for a request that is refused before yoga processes it, in yoga's form. */
export function refusedResponse(
  error: GraphQLError,
  init: { status: number; headers?: Record<string, string> },
  { Response }: FetchAPI,
  log: Logger,
): Response {
  const refused = refusal(error, randomUUID());
  const { requestId, code } = refused.extensions;
  log.info({ requestId, codes: [code] }, 'a request was refused');
  return Response.json({ errors: [refused] }, init);
}

function shortened(message: string): string {
  if (message.length <= MAX_MESSAGE_CHARACTERS) return message;
  // The cut may fall within a surrogate pair.
  return `${message.slice(0, MAX_MESSAGE_CHARACTERS).toWellFormed()}…`;
}

function publicError(error: GraphQLError, requestId: string, log: Logger): GraphQLError {
  if (isForeseen(error)) return refusal(error, requestId);
  const unstorable = UNSTORABLE[sqlState(error.originalError) ?? ''];
  if (unstorable) {
    const { nodes, path } = error;
    return refusal(new GraphQLError(unstorable, { nodes, path }), requestId);
  }
  return unexpected(error.originalError, requestId, log, error);
}

function isForeseen({ originalError }: GraphQLError): boolean {
  return originalError === undefined || originalError instanceof GraphQLError;
}

/** Keeps the HTTP status that yoga chose. A body that is no JSON gets it whatever the client accepts. */
function withStatus(error: GraphQLError, original: GraphQLError): GraphQLError {
  const { http, originalError } = original.extensions;
  if (http) error.extensions.http = originalError ? { ...http, spec: false } : http;
  return error;
}
