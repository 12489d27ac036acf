/** The load generator of the fan-out: subscribers on WebSockets, which count what they are sent. */
import { randomUUID } from 'node:crypto';
import { now } from '../support/figures.ts';
import { openWebSocket, type WebSocketClient } from '../support/webSocket.ts';

/** Opens more sockets of a server, or waits until each of its subscriptions got that many events more. */
export type SocketOrder =
  | {
      server: string;
      open: number;
      /** The subscriptions of each socket. */
      each: number;
      url: string;
      token: string;
      organizationId: string;
      documents: string[];
    }
  | { server: string; events: number }
  | { server: string; close: true };
/** When events arrived, and how many at once. */
export type Arrivals = [at: number, events: number][];
export type SocketAnswer = { pid: number; arrivals: Arrivals };

/** The connections that are being opened at a time. */
const OPENING = 16;
const NEXT = Buffer.from('"next"');
const HEAD_LENGTH = 80;

type Group = {
  sockets: WebSocketClient[];
  subscriptions: number;
  arrivals: Arrivals;
  heard: number;
  awaited: number;
  all?: () => void;
};
const groups = new Map<string, Group>();

process.on('message', async (order: SocketOrder) => {
  const group = groups.get(order.server) ?? newGroup();
  groups.set(order.server, group);
  if ('open' in order) {
    const { open: count, each, documents } = order;
    let opened = 0;
    const documentAt = (n: number) => documents[n % documents.length] ?? '';
    const opening = async () => {
      while (opened < count) {
        const first = opened * each;
        opened += 1;
        const queries = Array.from({ length: each }, (_, n) => documentAt(first + n));
        await subscribe(group, { ...order, queries });
      }
    };
    await Promise.all(Array.from({ length: OPENING }, opening));
  } else if ('close' in order) {
    for (const socket of group.sockets) socket.close();
    groups.delete(order.server);
  } else {
    group.awaited += order.events * group.subscriptions;
    if (group.heard < group.awaited) {
      await new Promise<void>((resolve) => {
        group.all = resolve;
      });
    }
    if (group.heard > group.awaited) throw new Error(`${order.server} sent an event twice`);
  }
  answer(group.arrivals.splice(0));
});
answer([]);

function answer(arrivals: Arrivals): void {
  process.send?.({ pid: process.pid, arrivals } satisfies SocketAnswer);
}

function newGroup(): Group {
  return { sockets: [], subscriptions: 0, arrivals: [], heard: 0, awaited: 0 };
}

type Subscriber = { url: string; token: string; organizationId: string; queries: string[] };

/** Opens a socket. Resolves when its subscriptions are live. */
function subscribe(group: Group, { url, token, organizationId, queries }: Subscriber): Promise<void> {
  const live = Promise.withResolvers<void>();
  const isMuster = token !== '';
  const socket = openWebSocket(url, {
    open: () => socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }),
    message(buffer, start, end) {
      if (buffer.subarray(start, Math.min(end, start + HEAD_LENGTH)).includes(NEXT)) {
        heard(group);
        return;
      }
      const message = JSON.parse(buffer.toString('utf8', start, end));
      if (message.type === 'connection_ack') {
        for (const query of queries) {
          const id = randomUUID();
          socket.send({ id, type: 'subscribe', payload: { query, variables: { organizationId } } });
        }
        // A server that does not say when a subscription is live answers in turn.
        if (!isMuster) socket.send({ type: 'ping' });
      } else if (message.type === 'pong') {
        live.resolve();
      } else if (message.type === 'ping') {
        socket.send({ type: 'pong' });
        if (message.payload?.subscriptions.length === queries.length) live.resolve();
      } else if (message.type === 'error') {
        throw new Error(JSON.stringify(message));
      }
    },
    lost(reason) {
      throw new Error(`${url} ended a connection: ${reason}`);
    },
  });
  group.sockets.push(socket);
  group.subscriptions += queries.length;
  return live.promise;
}

function heard(group: Group): void {
  group.heard += 1;
  const last = group.arrivals.at(-1);
  const at = now();
  // What comes within 50 µs counts as one arrival.
  if (last && at - last[0] < 0.05) last[1] += 1;
  else group.arrivals.push([at, 1]);
  if (group.heard >= group.awaited) group.all?.();
}
