/** Clients of `npm run bench -- subscribers`: each has one WebSocket with one subscription, and answers heartbeats. */
import WebSocket from 'ws';

export type Order = { url: string; token: string; organizationId: string; count: number };
export type Answer = { connected: number };

const AT_ONCE = 16;
const QUERY = `subscription Sessions($organizationId: ID!) {
  sessionChanged(organizationId: $organizationId) { cursor type session { id branch } }
}`;

const sockets = new Set<WebSocket>();

/** Resolves when a heartbeat says that the subscription is live. */
function connect({ url, token, organizationId }: Order): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const send = (message: object) => socket.send(JSON.stringify(message));
  sockets.add(socket);
  socket.on('error', reject);
  socket.on('open', () => send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  socket.on('message', (data) => {
    const { type } = JSON.parse(String(data)) as { type: string };
    if (type === 'connection_ack') {
      send({ id: '1', type: 'subscribe', payload: { query: QUERY, variables: { organizationId } } });
    } else if (type === 'ping') {
      send({ type: 'pong' });
      resolve();
    } else {
      reject(new Error(`The server sent ${data}`));
    }
  });
  return promise;
}

process.on('message', async (order: Order) => {
  let started = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (started < order.count) {
        started += 1;
        await connect(order);
      }
    }),
  );
  process.send?.({ connected: sockets.size } satisfies Answer);
});
process.send?.({ connected: 0 } satisfies Answer);
