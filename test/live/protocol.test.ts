/** The protocol `graphql-transport-ws`, with its own client and with one that breaks its rules. */
import { once } from 'node:events';
import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { Message } from '../support/rawSocket.ts';
import type { Team } from '../support/team.ts';
import { startWork, type Work } from '../support/work.ts';
import { Changes } from './documents.ts';

let work: Work;
let team: Team;

beforeAll(async () => {
  work = await startWork();
  team = await work.createTeam();
});

afterAll(() => work.close());

const endpoint = () => `${work.app.url.replace('http', 'ws')}/graphql`;
const authorized = () => ({ authorization: `Bearer ${team.owner.token}` });
const changes = () => ({ query: print(Changes), variables: { organizationId: team.id } });

/** The code with which the server closes a socket that sends these messages. */
async function closing(messages: (Message | string)[], protocol = 'graphql-transport-ws'): Promise<number> {
  const socket = new WebSocket(endpoint(), protocol);
  const closed = once(socket, 'close');
  await once(socket, 'open');
  for (const message of messages)
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  const [code] = await closed;
  return code;
}

describe('a WebSocket that breaks the rules', () => {
  const init = () => ({ type: 'connection_init', payload: authorized() });

  it.each<[rule: string, code: number, messages: () => (Message | string)[]]>([
    ['sends no connection_init in time', 4408, () => []],
    ['sends no JSON', 4400, () => ['{']],
    ['sends a message of another protocol', 4400, () => [{ type: 'start', id: '1' }]],
    [
      'subscribes before it is acknowledged',
      4401,
      () => [{ type: 'subscribe', id: '1', payload: changes() }],
    ],
    ['sends connection_init twice', 4429, () => [init(), init()]],
  ])('and %s is closed with %d', async (_rule, code, messages) => {
    expect(await closing(messages())).toBe(code);
  });

  it('and uses an id twice at the same time is closed with 4409', async () => {
    const socket = new WebSocket(endpoint(), 'graphql-transport-ws');
    const closed = once(socket, 'close');
    await once(socket, 'open');
    socket.send(JSON.stringify(init()));
    const subscribe = JSON.stringify({ type: 'subscribe', id: '1', payload: changes() });
    socket.on('message', (data) => {
      const { type } = JSON.parse(String(data)) as Message;
      // The ping says that the first is live: now the second.
      if (type === 'connection_ack' || type === 'ping') socket.send(subscribe);
    });
    expect((await closed)[0]).toBe(4409);
  });

  it('and offers another subprotocol is refused', async () => {
    const socket = new WebSocket(endpoint(), 'graphql-ws');
    const [error] = await once(socket, 'error');
    expect(String(error)).toMatch(/subprotocol/i);
  });
});

describe("the protocol's own client", () => {
  it('receives events until it completes, and none after', async () => {
    const client = createClient({
      url: endpoint(),
      webSocketImpl: WebSocket,
      connectionParams: authorized(),
      lazy: false,
    });
    const live = Promise.withResolvers<void>();
    client.on('ping', (isReceived, payload) => {
      if (isReceived && payload) live.resolve();
    });
    const events = client.iterate<{ changes: { type: string } }>(changes());
    const first = events.next();
    await live.promise;
    await team.spawn();
    expect((await first).value).toMatchObject({ data: { changes: { type: 'SESSION_CREATED' } } });
    await events.return?.();
    await team.spawn();
    expect(await events.next()).toEqual({ done: true, value: undefined });
    // The socket stays open for others.
    const { value: answer } = await client.iterate({ query: '{ viewer { name } }' }).next();
    expect(answer).toEqual({ data: { viewer: { name: 'Ann' } } });
    await client.dispose();
    await expect.poll(() => work.app.app.feed.status().streams).toBe(0);
  });

  it('receives a pong for its ping', async () => {
    const client = createClient({
      url: endpoint(),
      webSocketImpl: WebSocket,
      connectionParams: authorized(),
      lazy: false,
      keepAlive: 50,
    });
    const answered = Promise.withResolvers<void>();
    client.on('pong', (isReceived) => {
      if (isReceived) answered.resolve();
    });
    await answered.promise;
    await client.dispose();
  });
});
