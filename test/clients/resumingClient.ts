/** A client of graphql-ws whose subscriptions continue after their last event when it reconnects. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type Client, createClient, MessageType } from 'graphql-ws';
import WebSocket from 'ws';

/**
 * The document of a subscription takes `after` from the variable of that name, and selects the `cursor` of its event.
 * @param url the server's, without a path
 */
export function createResumingClient(url: string, token: string): Client {
  /** The client sends them anew whenever it reconnects, as they are then. */
  const variablesById = new Map<string, Record<string, unknown>>();

  function move(id: string, cursor: string | undefined): void {
    const variables = variablesById.get(id);
    if (variables && cursor) variables.after = cursor;
  }

  return createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (retries) => setTimeout(Math.random() * Math.min(500 * 2 ** retries, 15_000)),
    generateID(payload) {
      const id = randomUUID();
      const variables = { ...payload.variables };
      variablesById.set(id, variables);
      Object.assign(payload, { variables });
      return id;
    },
    on: {
      message(message) {
        if (message.type === MessageType.Complete) variablesById.delete(message.id);
        if (message.type !== MessageType.Next) return;
        for (const event of Object.values(message.payload.data ?? {})) {
          move(message.id, (event as { cursor?: string } | null)?.cursor);
        }
      },
      // A heartbeat moves the cursor of a subscription that has no events.
      ping(isReceived, payload) {
        if (!isReceived || !payload) return;
        const { cursor, subscriptions } = payload as { cursor: string; subscriptions: string[] };
        for (const id of subscriptions) move(id, cursor);
      },
    },
  });
}
