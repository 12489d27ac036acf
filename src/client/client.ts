/** Creates clients. */
import type { Backoff } from './backoff.ts';
import { readOperation, type TypedDocument } from './operation.ts';
import { sseTransport } from './sse.ts';
import { openSubscription, type Subscription, type SubscriptionStatus } from './subscription.ts';
import type { Token, Transport } from './transport.ts';
import { type WebSocketConstructor, webSocketTransport } from './webSocket.ts';

/** Where the server is and how to connect to it. Only `url` and `token` are required. */
export type ClientOptions = {
  /** The GraphQL endpoint, as http(s) or ws(s): `https://muster.example.com/graphql`. In a browser it may be relative. */
  url: string;
  /** The token's secret, or a function that returns it. The function is called for every connection. */
  token: Token;
  /** The transport: a WebSocket (the default) or Server-Sent Events over HTTP. */
  transport?: 'websocket' | 'sse';
  /** The WebSocket class to use instead of the global one, such as that of the package `ws` before Node.js 22. */
  webSocket?: WebSocketConstructor;
  /** The `fetch` to use instead of the global one, for Server-Sent Events. */
  fetch?: typeof fetch;
  /**
   * The most events to buffer in memory. Default: 1,000. A WebSocket has no backpressure, so beyond the limit the client
   * closes the connection, and resumes once the consumer has caught up.
   */
  bufferSize?: number;
  /** How long the server may be silent before the connection counts as lost. Default: 30,000. It sends every 12 seconds. */
  silenceMs?: number;
  /** The pauses between attempts to connect. Default: random, up to 500 ms at first, doubling up to 15 seconds. */
  backoff?: Partial<Backoff>;
};

/** What to subscribe to, where to start, and when to end. */
export type SubscribeOptions<Data, Variables> = {
  /**
   * One subscription. Its field takes `after` from a variable of any name, and selects `cursor`:
   * `subscription ($after: String) { changes(organizationId: "…", after: $after) { cursor type } }`.
   */
  query: string | TypedDocument<Data, Variables>;
  /** The cursor to start after. Default: the one in the variables, or else the moment of the first connection. */
  after?: string | null;
  /** Ends the subscription when aborted, without an error, as `return` does. */
  signal?: AbortSignal;
  /** Called whenever the state of the connection changes. */
  onStatus?: (status: SubscriptionStatus) => void;
} & WithVariables<Variables>;

/** The document's variables, required if the document requires any. The client sets the one for `after`. */
type WithVariables<Variables> =
  Record<string, never> extends Variables ? { variables?: Variables } : { variables: Variables };

/** A client of one Muster server. Each subscription opens its own connection. */
export type MusterClient = {
  /**
   * Subscribes. The connection opens at the first call of `next`.
   *
   * @throws {TypeError} when the document lacks what is needed to resume it.
   */
  subscribe<Data = unknown, Variables = Record<string, unknown>>(
    options: SubscribeOptions<Data, Variables>,
  ): Subscription<Data>;
};

/** Creates a client. It opens no connection yet. */
export function createClient(options: ClientOptions): MusterClient {
  const transport = createTransport(options);
  const backoff = { initialMs: 500, maxMs: 15_000, ...options.backoff };
  return {
    subscribe({ query, variables, after, signal, onStatus }) {
      const operation = readOperation(query);
      return openSubscription({
        operation,
        variables: { ...variables, ...(after != null && { [operation.afterVariable]: after }) },
        transport,
        backoff,
        signal,
        onStatus: onStatus ?? (() => {}),
      });
    },
  };
}

function createTransport({
  url,
  token,
  transport = 'websocket',
  webSocket = globalThis.WebSocket,
  fetch = globalThis.fetch,
  bufferSize = 1_000,
  silenceMs = 30_000,
}: ClientOptions): Transport {
  if (transport === 'sse') {
    // A browser's global fetch fails when it is called as a method.
    return sseTransport({ url: urlOf(url, 'http'), token, fetch: (...args) => fetch(...args), silenceMs });
  }
  if (!webSocket)
    throw new TypeError(
      'This platform has no WebSocket. Pass one as `webSocket`, or use the transport `sse`.',
    );
  return webSocketTransport({ url: urlOf(url, 'ws'), token, webSocket, bufferSize, silenceMs });
}

function urlOf(url: string, scheme: 'http' | 'ws'): string {
  const page = (globalThis as { location?: { href: string } }).location?.href;
  return new URL(url, page).href.replace(/^(?:http|ws)(s?):/, `${scheme}$1:`);
}
