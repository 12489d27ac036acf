/** The protocol `graphql-transport-ws`, with its own client and with one that breaks its rules. */
import { once } from 'node:events';
import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { TestApp } from '../support/app.ts';
import type { Message } from '../support/rawSocket.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, it } from '../support/test.ts';
import { Changes } from './documents.ts';

const endpoint = (app: TestApp) => `${app.url.replace('http', 'ws')}/graphql`;
const authorized = (team: Team) => ({ authorization: `Bearer ${team.owner.token}` });
const changes = (team: Team) => ({ query: print(Changes), variables: { organizationId: team.id } });

/** The code with which the server closes a socket that sends these messages. */
async function closing(
  app: TestApp,
  messages: (Message | string)[],
  protocol = 'graphql-transport-ws',
): Promise<number> {
  const socket = new WebSocket(endpoint(app), protocol);
  const closed = once(socket, 'close');
  await once(socket, 'open');
  for (const message of messages)
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  const [code] = await closed;
  return code;
}

describe('a WebSocket that breaks the rules', () => {
  const init = (team: Team) => ({ type: 'connection_init', payload: authorized(team) });

  it.for<[rule: string, code: number, messages: (team: Team) => (Message | string)[]]>([
    ['sends no connection_init in time', 4408, () => []],
    ['sends no JSON', 4400, () => ['{']],
    ['sends a message of another protocol', 4400, () => [{ type: 'start', id: '1' }]],
    [
      'subscribes before it is acknowledged',
      4401,
      (team) => [{ type: 'subscribe', id: '1', payload: changes(team) }],
    ],
    ['sends connection_init twice', 4429, (team) => [init(team), init(team)]],
  ])('and %s is closed with %d', async ([_rule, code, messages], { sharedTeam: team, app }) => {
    expect(await closing(app, messages(team))).toBe(code);
  });

  it('and uses an id twice at the same time is closed with 4409', async ({ sharedTeam: team, app }) => {
    const socket = new WebSocket(endpoint(app), 'graphql-transport-ws');
    const closed = once(socket, 'close');
    await once(socket, 'open');
    socket.send(JSON.stringify(init(team)));
    const subscribe = JSON.stringify({ type: 'subscribe', id: '1', payload: changes(team) });
    socket.on('message', (data) => {
      const { type } = JSON.parse(String(data)) as Message;
      // The ping says that the first is live: now the second.
      if (type === 'connection_ack' || type === 'ping') socket.send(subscribe);
    });
    expect((await closed)[0]).toBe(4409);
  });

  it('and offers another subprotocol is refused', async ({ app }) => {
    const socket = new WebSocket(endpoint(app), 'graphql-ws');
    const [error] = await once(socket, 'error');
    expect(String(error)).toMatch(/subprotocol/i);
  });
});

describe("the protocol's own client", () => {
  it('receives events until it completes, and none after', async ({ sharedTeam: team, app }) => {
    const client = createClient({
      url: endpoint(app),
      webSocketImpl: WebSocket,
      connectionParams: authorized(team),
      lazy: false,
    });
    const live = Promise.withResolvers<void>();
    client.on('ping', (isReceived, payload) => {
      if (isReceived && payload) live.resolve();
    });
    const events = client.iterate<{ changes: { type: string } }>(changes(team));
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
    await expect.poll(() => app.app.feed.status().streams).toBe(0);
  });

  it('receives a pong for its ping', async ({ sharedTeam: team, app }) => {
    const client = createClient({
      url: endpoint(app),
      webSocketImpl: WebSocket,
      connectionParams: authorized(team),
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
