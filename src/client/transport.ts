/** The interface of the two transports. */
import type { FormattedExecutionResult } from 'graphql';

/** A message of the server, in the order it was sent. */
export type Frame =
  /** An event of the subscription, or the error that ends it. */
  | { kind: 'result'; result: FormattedExecutionResult }
  /** Every event up to `cursor` was sent before this. */
  | { kind: 'heartbeat'; cursor: string };

/** The subscription as it is sent to the server. */
export type SubscriptionRequest = { query: string; variables: Record<string, unknown> };

/**
 * Opens one connection for one subscription and yields its frames. It returns when the server completes the subscription
 * or the signal is aborted, and throws when the connection ends otherwise.
 */
export type Transport = (
  request: SubscriptionRequest,
  signal: AbortSignal,
) => AsyncGenerator<Frame, void, undefined>;

/** The secret of a token, or a function that returns it. The function is called for every connection. */
export type Token = string | (() => string | Promise<string>);

/** The value of the `authorization` header; undefined when the signal is aborted first. */
export async function authorizationOf(token: Token, signal: AbortSignal): Promise<string | undefined> {
  const secret = typeof token === 'string' ? token : await unlessAborted(token(), signal);
  return secret === undefined || signal.aborted ? undefined : `Bearer ${secret}`;
}

async function unlessAborted<Value>(
  value: Value | Promise<Value>,
  signal: AbortSignal,
): Promise<Value | undefined> {
  let stop = () => {};
  const stopped = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
  });
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([value, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
