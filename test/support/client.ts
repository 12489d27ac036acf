/** A client of the API as users write one: documents over HTTP, subscriptions with the client of graphql-ws. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type ExecutionResult, print } from 'graphql';
import { createClient as createWsClient, type Client as WsClient } from 'graphql-ws';
import WebSocket from 'ws';
import { openSubscription, type Subscription } from './subscription.ts';

/** The payload of a heartbeat. */
export type Heartbeat = { cursor: string; subscriptions: string[] };

type Arguments<Variables> = Variables extends Record<string, never> ? [] : [variables: Variables];

export type Client = {
  /** Sends a document and returns the response with its errors. */
  send<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    ...variables: Arguments<Variables>
  ): Promise<ExecutionResult<Data>>;
  /** Sends a document that must succeed and returns its data. */
  query<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    ...variables: Arguments<Variables>
  ): Promise<Data>;
  /** Sends any body. */
  raw(body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Subscribes. Resolves when the subscription is live (a heartbeat lists it), has a result or has ended. */
  subscribe<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    ...variables: Arguments<Variables>
  ): Promise<Subscription<Data>>;
  /** The heartbeats so far. */
  readonly heartbeats: Heartbeat[];
  /** Resolves when either side closes the socket. */
  readonly closed: Promise<{ code: number; reason: string }>;
  close(): Promise<void>;
};

export function createClient(url: string, token?: string): Client {
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const heartbeats: Heartbeat[] = [];
  const listeners = new Set<(heartbeat: Heartbeat) => void>();
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  let socket: WsClient | undefined;
  let opened = 0;

  function connect(): WsClient {
    socket ??= createWsClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: authorization,
      retryAttempts: 0,
      on: {
        ping(received, payload) {
          if (!received || !payload) return;
          const heartbeat = payload as Heartbeat;
          heartbeats.push(heartbeat);
          for (const listener of listeners) listener(heartbeat);
        },
        closed(event) {
          const { code, reason } = event as { code: number; reason: string };
          closed.resolve({ code, reason });
        },
      },
    });
    return socket;
  }

  async function raw(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  async function send<Data>(document: TypedDocumentNode<Data, never>, variables?: unknown) {
    const response = await raw({ query: print(document), variables });
    return (await response.json()) as ExecutionResult<Data>;
  }

  async function query<Data>(document: TypedDocumentNode<Data, never>, variables?: unknown): Promise<Data> {
    const { data, errors } = await send(document, variables);
    if (errors || !data) throw new Error(`The operation failed: ${JSON.stringify(errors)}`);
    return data;
  }

  async function subscribe<Data>(document: TypedDocumentNode<Data, never>, variables?: unknown) {
    opened += 1;
    const isLive = Promise.withResolvers<void>();
    const listener = ({ subscriptions }: Heartbeat) => {
      if (subscriptions.length >= opened) isLive.resolve();
    };
    listeners.add(listener);
    const subscription = openSubscription<Data>(
      connect().iterate({
        query: print(document),
        variables: variables as Record<string, unknown> | undefined,
      }),
      () => {
        opened -= 1;
      },
    );
    await Promise.race([isLive.promise, subscription.settled]);
    listeners.delete(listener);
    return subscription;
  }

  return {
    raw,
    send: send as Client['send'],
    query: query as Client['query'],
    subscribe: subscribe as Client['subscribe'],
    heartbeats,
    closed: closed.promise,
    async close() {
      await socket?.dispose();
    },
  };
}
