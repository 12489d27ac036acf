/**
 * The ceiling: `ws` alone. It sends the same buffer to every subscription, or, with FRAMED, writes the frames of all events at
 * once, framed once for all sockets.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { EVENT } from '../../fanout/event.ts';
import { takeOrders } from '../takeOrders.ts';

const ID = '00000000-0000-4000-8000-000000000000';
const MESSAGE = Buffer.from(JSON.stringify({ id: ID, type: 'next', payload: { data: EVENT } }));

const http = createServer();
const server = new WebSocketServer({ server: http });
const subscribers = new Set<{ client: WebSocket; socket: Socket; subscriptions: number }>();
server.on('connection', (client, { socket }) => {
  const subscriber = { client, socket, subscriptions: 0 };
  subscribers.add(subscriber);
  client.on('close', () => subscribers.delete(subscriber));
  client.on('message', (data) => {
    const { type } = JSON.parse(String(data));
    if (type === 'connection_init') client.send('{"type":"connection_ack"}');
    if (type === 'subscribe') subscriber.subscriptions += 1;
    if (type === 'ping') client.send('{"type":"pong"}');
  });
});
http.listen(0, '127.0.0.1');
await once(http, 'listening');

const options = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: true };
const frame = Buffer.concat(
  // @ts-expect-error `Sender` makes the frames of every `ws`, but has no types.
  (await import('ws')).Sender.frame(MESSAGE, options),
);

takeOrders(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/`, (events) => {
  if (process.env.FRAMED) {
    const frames = Buffer.concat(Array.from({ length: events }, () => frame));
    for (const { socket, subscriptions } of subscribers) {
      for (let n = 0; n < subscriptions; n += 1) socket.write(frames);
    }
    return;
  }
  for (let event = 0; event < events; event += 1) {
    for (const { client, subscriptions } of subscribers) {
      if (client.readyState !== WebSocket.OPEN) continue;
      for (let n = 0; n < subscriptions; n += 1) client.send(MESSAGE, { binary: false });
    }
  }
});
