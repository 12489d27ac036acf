/** The feed over Server-Sent Events: GraphQL over SSE in its mode of distinct connections, read by fetch. */
import type { FormattedExecutionResult } from 'graphql';
import {
  AccessDeniedError,
  ConnectionLostError,
  errorOf,
  type MusterError,
  ProtocolError,
} from './errors.ts';
import { readBlocks } from './eventStream.ts';
import { authorizationOf, type Token, type Transport } from './transport.ts';

const EVENT_STREAM = 'text/event-stream';
/** Too slow, too early, too many: what proxies answer in a server's place for now. */
const RETRIABLE = new Set([408, 425, 429]);

/**
 * It reads on only when the consumer does: one that is slow makes the server wait, and is sent away by it in the end,
 * to resume where it was.
 */
export function sseTransport(options: {
  url: string;
  token: Token;
  fetch: typeof fetch;
  /** How long the server may be silent while we listen. */
  silenceMs: number;
}): Transport {
  return async function* connect(request, signal) {
    const authorization = await authorizationOf(options.token, signal);
    if (authorization === undefined) return;
    const headers = new Headers({ accept: EVENT_STREAM, 'content-type': 'application/json', authorization });
    const hangUp = new AbortController();
    const either = AbortSignal.any([signal, hangUp.signal]);

    /** Waits for the server, but not for ever. Whatever goes wrong on the way means that the connection is gone. */
    async function hear<Value>(promise: Promise<Value>): Promise<Value> {
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
      const response = await hear(
        options.fetch(options.url, { method: 'POST', headers, body, signal: either, cache: 'no-store' }),
      );
      if (!response.headers.get('content-type')?.startsWith(EVENT_STREAM) || !response.body) {
        throw await refusal(response, hear);
      }
      const reader = response.body.getReader();
      for await (const { event, id, data } of readBlocks(async () => (await hear(reader.read())).value)) {
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
    throw new ProtocolError('The server sent an event that is no JSON.');
  }
}

/** What an answer that is no stream of events amounts to. */
async function refusal(
  response: Response,
  hear: <Value>(promise: Promise<Value>) => Promise<Value>,
): Promise<MusterError> {
  const { status } = response;
  const told = `The server answered with status ${status}, and no stream of events.`;
  if (status === 401 || status === 403) return new AccessDeniedError(told);
  if (status >= 500) return new ConnectionLostError(told);
  const errors = errorsIn(await hear(response.text()));
  if (errors) return errorOf(errors);
  return RETRIABLE.has(status) ? new ConnectionLostError(told) : new ProtocolError(told);
}

function errorsIn(text: string): FormattedExecutionResult['errors'] {
  try {
    return (JSON.parse(text) as FormattedExecutionResult | null)?.errors;
  } catch {
    return undefined;
  }
}
