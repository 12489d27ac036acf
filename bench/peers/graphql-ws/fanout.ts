/** graphql-ws with graphql-js, as in the README of graphql-ws. Its subscribers share an event emitter. */
import { EventEmitter, on, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { EVENT, typeDefs } from '../../fanout/event.ts';
import { takeOrders } from '../takeOrders.ts';

const TOPIC = 'prSessionChanged';
const events = new EventEmitter();
events.setMaxListeners(0);

async function* subscribe() {
  for await (const [event] of on(events, TOPIC)) yield event;
}

const schema = makeExecutableSchema({
  typeDefs,
  resolvers: { Subscription: { prSessionChanged: { subscribe } } },
});
const http = createServer();
useServer({ schema }, new WebSocketServer({ server: http, path: '/graphql' }));
http.listen(0, '127.0.0.1');
await once(http, 'listening');

takeOrders(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`, (count) => {
  for (let event = 0; event < count; event += 1) events.emit(TOPIC, EVENT);
});
