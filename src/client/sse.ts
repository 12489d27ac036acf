/** The feed over Server-Sent Events: GraphQL over SSE in distinct connections mode, read with fetch. */
import type { FormattedExecutionResult } from 'graphql';
import {
  AccessDeniedError,
  ConnectionLostError,
  errorFromResult,
  type MusterError,
  ProtocolError,
} from './errors.ts';
import { readBlocks } from './eventStream.ts';
import { authorizationOf, type Token, type Transport } from './transport.ts';

const EVENT_STREAM = 'text/event-stream';
/** Request Timeout, Too Early, Too Many Requests: proxies send these for a server that is temporarily unavailable. */
const RETRIABLE = new Set([408, 425, 429]);

/**
 * Reads the stream only as fast as the consumer. The server buffers for a slow consumer, and in the end closes the
 * connection, after which the client resumes.
 */
export function sseTransport(options: {
  url: string;
  token: Token;
  fetch: typeof fetch;
  /** How long the server may be silent while the client reads. */
  silenceMs: number;
}): Transport {
  return async function* connect(request, signal) {
    const authorization = await authorizationOf(options.token, signal);
    if (authorization === undefined) return;
    const headers = new Headers({ accept: EVENT_STREAM, 'content-type': 'application/json', authorization });
    const hangUp = new AbortController();
    const eitherSignal = AbortSignal.any([signal, hangUp.signal]);

    /** Waits for the server up to `silenceMs`. Any failure counts as a lost connection. */
    async function receive<Value>(promise: Promise<Value>): Promise<Value> {
      const silence = new ConnectionLostError(`The server was silent for ${options.silenceMs} ms.`);
      const timer = setTimeout(() => hangUp.abort(silence), options.silenceMs);
      try {
        return await promise;
      } catch (cause) {
        if (hangUp.signal.aborted) throw silence;
        throw new ConnectionLostError('The connection was lost.', { cause });
      } finally {
        clearTimeout(timer);
      }
    }

    try {
      const body = JSON.stringify(request);
      const response = await receive(
        options.fetch(options.url, {
          method: 'POST',
          headers,
          body,
          signal: eitherSignal,
          cache: 'no-store',
        }),
      );
      if (!response.headers.get('content-type')?.startsWith(EVENT_STREAM) || !response.body) {
        throw await refusal(response, receive);
      }
      const reader = response.body.getReader();
      for await (const { event, id, data } of readBlocks(async () => (await receive(reader.read())).value)) {
        if (event === 'complete') return;
        if (event === 'next' && data !== undefined) yield { kind: 'result', result: parseResult(data) };
        else if (id !== undefined) yield { kind: 'heartbeat', cursor: id };
      }
      throw new ConnectionLostError('The stream ended before it was complete.');
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      hangUp.abort();
    }
  };
}

function parseResult(data: string): FormattedExecutionResult {
  try {
    return JSON.parse(data) as FormattedExecutionResult;
  } catch {
    throw new ProtocolError('The server sent an event that is not JSON.');
  }
}

/** The error for a response that is not an event stream. */
async function refusal(
  response: Response,
  receive: <Value>(promise: Promise<Value>) => Promise<Value>,
): Promise<MusterError> {
  const { status } = response;
  const message = `The server answered with status ${status} instead of an event stream.`;
  if (status === 401 || status === 403) return new AccessDeniedError(message);
  if (status >= 500) return new ConnectionLostError(message);
  const errors = errorsIn(await receive(response.text()));
  if (errors) return errorFromResult(errors);
  return RETRIABLE.has(status) ? new ConnectionLostError(message) : new ProtocolError(message);
}

function errorsIn(text: string): FormattedExecutionResult['errors'] {
  try {
    return (JSON.parse(text) as FormattedExecutionResult | null)?.errors;
  } catch {
    return undefined;
  }
}
