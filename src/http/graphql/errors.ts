/** Gives every error of every answer its public form, its status and the id of its request. */
import { randomUUID } from 'node:crypto';
import type { ExecutionResult, GraphQLError } from 'graphql';
import type { FetchAPI, Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Context } from '../../context.ts';
import { clientError, refusal } from './clientError.ts';

/** For clients that accept `application/graphql-response+json`. Others receive every GraphQL answer as a 200. */
const BAD_REQUEST = { status: 400, spec: true };

/** Masks and logs unexpected errors, and gives every error the id of its request. */
export function useErrors(log: Logger): Plugin<Context> {
  const toPublic = (result: ExecutionResult, requestId: string): ExecutionResult => ({
    ...result,
    errors: result.errors?.map((error) => clientError(error, requestId, log)),
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

/** Keeps the HTTP status that yoga chose. A body that is no JSON gets it whatever the client accepts. */
function withStatus(error: GraphQLError, original: GraphQLError): GraphQLError {
  const { http, originalError } = original.extensions;
  if (http) error.extensions.http = originalError ? { ...http, spec: false } : http;
  return error;
}
