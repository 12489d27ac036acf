/** The minimum that brings a commit to a browser: LISTEN and a WebSocket. It loses events of absent clients. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
await once(server, 'listening');
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
client.on('notification', ({ payload = '' }) => {
  for (const socket of server.clients) socket.send(payload);
});
await client.query('LISTEN pipe');
process.send?.(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
