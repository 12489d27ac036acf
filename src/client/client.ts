/** The client: where the server is and who asks. */
import type { Backoff } from './backoff.ts';
import { readOperation, type TypedDocument } from './operation.ts';
import { sseTransport } from './sse.ts';
import { openSubscription, type Subscription, type SubscriptionStatus } from './subscription.ts';
import type { Token, Transport } from './transport.ts';
import { type WebSocketConstructor, webSocketTransport } from './webSocket.ts';

/** How to reach Muster. Only `url` and `token` are needed. */
export type ClientOptions = {
  /** The GraphQL endpoint, as http(s) or ws(s): `https://muster.example.com/graphql`. In a browser it may be relative. */
  url: string;
  /** The token's secret, or a function that answers it, which is called for every connection. */
  token: Token;
  /** How events come: over a WebSocket (the default), or as Server-Sent Events over HTTP. */
  transport?: 'websocket' | 'sse';
  /** The WebSocket to use instead of the global one, which Node.js has from 22 on: that of the package `ws`, say. */
  webSocket?: WebSocketConstructor;
  /** The `fetch` to use instead of the global one, for Server-Sent Events. */
  fetch?: typeof fetch;
  /**
   * How many events may lie in memory until the consumer takes them (1,000). A WebSocket cannot be told to wait: if
   * there are more, the connection is closed, and the feed is taken up again once the consumer has caught up.
   */
  bufferSize?: number;
  /** How long the server may be silent before the connection counts as lost (30,000). It speaks every 12 seconds. */
  silenceMs?: number;
  /** The pauses between attempts to connect: at random up to 500 ms, then twice that, and so on up to 15 seconds. */
  backoff?: Partial<Backoff>;
};

/** What to listen to, from where on, and until when. */
export type SubscribeOptions<Data, Variables> = {
  /**
   * One subscription. Its field takes `after` from a variable, whatever the name, and selects `cursor`:
   * `subscription ($after: String) { changes(organizationId: "…", after: $after) { cursor type } }`.
   */
  query: string | TypedDocument<Data, Variables>;
  /** The position to start after. Without it, and without it in the variables, from the first connection on. */
  after?: string | null;
  /** Ends the subscription when aborted, as `return` does: quietly. */
  signal?: AbortSignal;
  /** Told whenever the connection changes. */
  onStatus?: (status: SubscriptionStatus) => void;
} & WithVariables<Variables>;

/** The document's variables, to be given when it cannot do without. The one for `after` is the client's to set. */
type WithVariables<Variables> =
  Record<string, never> extends Variables ? { variables?: Variables } : { variables: Variables };

/** Listens to one Muster. Holds no connection by itself: each subscription has its own. */
export type MusterClient = {
  /**
   * Listens to a subscription, from the first time that an event is asked for.
   *
   * @throws {TypeError} when the document could not be resumed.
   */
  subscribe<Data = unknown, Variables = Record<string, unknown>>(
    options: SubscribeOptions<Data, Variables>,
  ): Subscription<Data>;
};

/** Makes a client. Nothing is connected yet. */
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
    // The global fetch of a browser works only on its own.
    return sseTransport({ url: urlOf(url, 'http'), token, fetch: (...args) => fetch(...args), silenceMs });
  }
  if (!webSocket) throw new TypeError('There is no WebSocket here. Pass one as `webSocket`, or use `sse`.');
  return webSocketTransport({ url: urlOf(url, 'ws'), token, webSocket, bufferSize, silenceMs });
}

function urlOf(url: string, scheme: 'http' | 'ws'): string {
  const page = (globalThis as { location?: { href: string } }).location?.href;
  return new URL(url, page).href.replace(/^(?:http|ws)(s?):/, `${scheme}$1:`);
}
