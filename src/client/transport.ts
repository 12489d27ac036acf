/** What the two ways to the server have in common. */
import type { FormattedExecutionResult } from 'graphql';

/** Something the server said, in the order it said it. */
export type Frame =
  /** An event of the subscription, or the error that ends it. */
  | { kind: 'result'; result: FormattedExecutionResult }
  /** Every event up to `cursor` came before this. */
  | { kind: 'heartbeat'; cursor: string };

/** A subscription as it is sent. */
export type SubscriptionRequest = { query: string; variables: Record<string, unknown> };

/**
 * Opens one connection for one subscription, and hands out what it says until it ends: by a return when the server
 * says so or the signal is aborted, else by throwing why.
 */
export type Transport = (
  request: SubscriptionRequest,
  signal: AbortSignal,
) => AsyncGenerator<Frame, void, undefined>;

/** The secret of a token, or how to get at it: asked at every connection, so that it may change. */
export type Token = string | (() => string | Promise<string>);

/** The value of the `authorization` header; undefined when the signal is aborted before it is known. */
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
