/** The limits of connections, operation ids that repeat, clients that leave early, and a database that is away. */
import { connect, type Socket } from 'node:net';
import { print } from 'graphql';
import WebSocket from 'ws';
import type { TestApp } from '../support/app.ts';
import { openEventStream } from '../support/eventStream.ts';
import { readFigures } from '../support/metrics.ts';
import { startProxy } from '../support/proxy.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import { type Message, openSocket, type RawSocket } from '../support/rawSocket.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, test } from '../support/test.ts';
import { Changes, SessionChanged } from './documents.ts';

const it = test.extend(
  'config',
  { scope: 'file' },
  { tuning: { live: { perConnection: 3, perToken: 5, operations: 5, lingerMs: 500 } } },
);

const authorization = (token: string) => ({ authorization: `Bearer ${token}` });
const open = (team: Team, app: TestApp, token = team.owner.token) =>
  openSocket(app.url, authorization(token));
const body = (team: Team) => ({ query: print(Changes), variables: { organizationId: team.id } });
const subscribe = (team: Team, socket: RawSocket, id: string) =>
  socket.send({ id, type: 'subscribe', payload: body(team) });
const isLive = (count: number) => (message: Message) =>
  message.type === 'ping' &&
  (message.payload as { subscriptions?: string[] })?.subscriptions?.length === count;
const figure = async (app: TestApp, series: string) => (await readFigures(app.url))(series);
const connections = (app: TestApp) =>
  expect.poll(() => figure(app, 'muster_live_connections'), { interval: 100 });

describe('subscriptions', () => {
  it('are limited per connection, and one that ends frees its slot', async ({ sharedTeam: team, app }) => {
    const socket = await open(team, app);
    for (const id of ['1', '2', '3']) subscribe(team, socket, id);
    await socket.next(isLive(3));
    subscribe(team, socket, '4');
    const refused = await socket.next(({ type }) => type === 'next');
    expect(refused).toMatchObject({
      id: '4',
      payload: {
        errors: [
          {
            message: 'A connection may have 3 subscriptions at once.',
            extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', limit: 3, requestId: expect.any(String) },
          },
        ],
      },
    });
    socket.send({ id: '1', type: 'complete' });
    subscribe(team, socket, '5');
    await socket.next(isLive(3));
    await team.spawn();
    const heard = new Set<string | undefined>();
    while (heard.size < 3) heard.add((await socket.next(({ type }) => type === 'next'))?.id);
    expect(heard).toEqual(new Set(['2', '3', '5']));
    await socket.close();
  });

  it('are limited per token, over all of its connections and transports', async ({
    sharedTeam: team,
    app,
  }) => {
    const [first, second] = [await open(team, app), await open(team, app)];
    for (const id of ['1', '2', '3']) subscribe(team, first, id);
    await first.next(isLive(3));
    for (const id of ['1', '2']) subscribe(team, second, id);
    await second.next(isLive(2));
    const stream = await openEventStream(app.url, team.owner.token, body(team));
    expect((await stream.rest())[0]?.data).toMatchObject({
      errors: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', limit: 5 } }],
    });
    await first.close();
    await connections(app).toBe(1);
    const again = await openEventStream(app.url, team.owner.token, body(team));
    expect((await again.next())?.id).toBeDefined();
    again.stop();
    await second.close();
    await connections(app).toBe(0);
  });
});

describe('the cost of subscriptions', () => {
  /** Selects a list of 100 checks 28 times: more than 20,000 fields for one event, and less than 30,000. */
  const wide = (team: Team) => {
    const checks =
      'checks(first: 100) { nodes { id name conclusion status url commitSha createdAt updatedAt } }';
    const lists = Array.from({ length: 28 }, (_, at) => `c${at}: ${checks}`).join(' ');
    return {
      query: `subscription ($organizationId: ID!) {
        prChanged(organizationId: $organizationId) { pullRequest { ${lists} } }
      }`,
      variables: { organizationId: team.id },
    };
  };
  const refusal = {
    code: 'TOO_MANY_SUBSCRIPTIONS',
    measure: 'cost',
    limit: 60_000,
    cost: expect.any(Number),
  };

  it('is limited for all of a connection, and one that ends gives its part back', async ({ team, app }) => {
    const costly = await app.startAnother({ tuning: { live: { costPerConnection: 60_000 } } });
    const socket = await openSocket(costly.url, authorization(team.owner.token));
    for (const id of ['1', '2']) socket.send({ id, type: 'subscribe', payload: wide(team) });
    await socket.next(isLive(2));
    socket.send({ id: '3', type: 'subscribe', payload: wide(team) });
    const refused = await socket.next(({ type }) => type === 'next');
    expect(refused).toMatchObject({ id: '3', payload: { errors: [{ extensions: refusal }] } });
    subscribe(team, socket, 'narrow');
    await socket.next(isLive(3));
    socket.send({ id: '1', type: 'complete' });
    socket.send({ id: '4', type: 'subscribe', payload: wide(team) });
    await socket.next(isLive(3));
    await socket.close();
    await costly.close();
  });

  it('is limited for all of a token', async ({ team, app }) => {
    const costly = await app.startAnother({ tuning: { live: { costPerToken: 60_000 } } });
    const streams = [];
    for (let at = 0; at < 2; at += 1) {
      const stream = await openEventStream(costly.url, team.owner.token, wide(team));
      expect((await stream.next())?.id).toBeDefined();
      streams.push(stream);
    }
    const third = await openEventStream(costly.url, team.owner.token, wide(team));
    expect((await third.rest())[0]?.data).toMatchObject({ errors: [{ extensions: refusal }] });
    for (const stream of streams) stream.stop();
    await costly.close();
  });
});

describe('a WebSocket', () => {
  it('is closed with 4409 when an operation id repeats while the first operation is being prepared', async ({
    sharedTeam: team,
    app,
  }) => {
    const socket = await open(team, app);
    subscribe(team, socket, 'x');
    socket.send({ id: 'x', type: 'complete' });
    subscribe(team, socket, 'x');
    expect((await socket.closed).code).toBe(4409);
    await connections(app).toBe(0);
    await expect.poll(() => app.app.feed.status().streams).toBe(0);
  });

  it('leaves nothing behind when it closes while it is being authenticated', async ({
    sharedTeam: team,
    app,
  }) => {
    await Promise.all(
      Array.from({ length: 30 }, async () => {
        const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
        await new Promise((resolve) => socket.once('open', resolve));
        const payload = authorization(team.owner.token);
        await new Promise((resolve) =>
          socket.send(JSON.stringify({ type: 'connection_init', payload }), resolve),
        );
        socket.terminate();
      }),
    );
    // This one was authenticated after them.
    const last = await open(team, app);
    await last.close();
    await connections(app).toBe(0);
  });

  it('has a limit of operations under way, and each answer frees one', async ({
    sharedTeam: team,
    psql,
    app,
  }) => {
    const socket = await open(team, app);
    subscribe(team, socket, 'a');
    await socket.next(isLive(1));
    await psql('BEGIN; LOCK TABLE project');
    const query = `{ organization(slug: "${team.slug}") { projects { nodes { name } } } }`;
    const ask = (id: string) => socket.send({ id, type: 'subscribe', payload: { query } });
    for (const id of ['1', '2', '3', '4', '5']) ask(id);
    // An operation that its client completed is still under way.
    socket.send({ id: '1', type: 'complete' });
    ask('6');
    expect(await socket.next(({ id }) => id === '6')).toMatchObject({
      type: 'error',
      payload: [
        {
          message: 'A connection may have 5 operations under way at once.',
          extensions: { code: 'TOO_MANY_OPERATIONS', limit: 5 },
        },
      ],
    });
    await psql('COMMIT');
    const answered = new Set<string | undefined>();
    while (answered.size < 4) answered.add((await socket.next(({ type }) => type === 'complete'))?.id);
    expect(answered).toEqual(new Set(['2', '3', '4', '5']));
    ask('7');
    expect(await socket.next(({ id }) => id === '7')).toMatchObject({ type: 'next' });
    await socket.close();
  });

  it('receives its heartbeats in time while it sends many queries', async ({ sharedTeam: team, app }) => {
    const socket = await open(team, app);
    subscribe(team, socket, 'a');
    await socket.next(isLive(1));
    let beats = 0;
    for (let count = 0; count < 20; count += 1) {
      const id = String(count);
      socket.send({ id, type: 'subscribe', payload: { query: '{ viewer { name } }' } });
      await socket.next((message) => {
        if (message.type === 'ping') beats += 1;
        return message.type === 'complete' && message.id === id;
      });
    }
    expect(beats).toBeLessThanOrEqual(1);
    await socket.close();
  });

  it('answers a ping without the payload of the ping', async ({ sharedTeam: team, app }) => {
    const socket = await open(team, app);
    socket.send({ type: 'ping', payload: { text: 'x'.repeat(1_000) } });
    expect(await socket.next(({ type }) => type === 'pong')).toEqual({ type: 'pong' });
    await socket.close();
  });

  it('is closed with 1012 when a role changes that its viewer received after it was opened', async ({
    sharedTeam: team,
    psql,
    app,
  }) => {
    const bob = await app.signUp('Bob');
    const socket = await open(team, app, bob.token);
    const [{ id: membershipId } = { id: '' }] = await psql<{ id: string }>(
      `INSERT INTO membership (organization_id, user_id, role) VALUES ($1, $2, 'MEMBER') RETURNING id`,
      [uuidOf(team.id), bob.userId],
    );
    subscribe(team, socket, 'a');
    await socket.next(isLive(1));
    await psql(`UPDATE membership SET role = 'ADMIN' WHERE id = $1`, [membershipId]);
    expect(await socket.closed).toEqual({ code: 1012, reason: 'Rights changed' });
  });
});

describe('an event stream', () => {
  /** Opens an event stream and reads nothing of it. */
  function ask(team: Team, app: TestApp, token = team.owner.token): Socket {
    const { port, hostname } = new URL(app.url);
    const { query, variables } = body(team);
    const search = new URLSearchParams({ query, variables: JSON.stringify(variables) });
    const head = ['Host: muster', 'Accept: text/event-stream', `Authorization: Bearer ${token}`];
    const socket = connect(Number(port), hostname);
    socket.write([`GET /graphql?${search} HTTP/1.1`, ...head, '', ''].join('\r\n'));
    return socket;
  }

  const isAuthenticating = (psql: Psql) =>
    expect
      .poll(() => psql(`SELECT FROM pg_locks WHERE NOT granted AND relation = 'token'::regclass`))
      .not.toHaveLength(0);
  const isOpening = (_psql: Psql, app: TestApp) => connections(app).toBe(5);

  it.for([
    ['authenticated', 'token', isAuthenticating],
    ['opened', 'feed_head', isOpening],
  ] as const)(
    'leaves nothing behind when its client disconnects while it is being %s',
    async ([_when, table, isWaiting], { sharedTeam: team, psql, app }) => {
      await psql(`BEGIN; LOCK TABLE ${table}`);
      // The limit of the token.
      const asking = Array.from({ length: 5 }, () => ask(team, app));
      await isWaiting(psql, app);
      for (const socket of asking) socket.destroy();
      // Answered after the server has handled the disconnects.
      await fetch(`${app.url}/healthz`);
      await psql('COMMIT');
      // This one comes after them and finds a free slot.
      const last = await openEventStream(app.url, team.owner.token, body(team));
      expect((await last.next())?.id).toBeDefined();
      last.stop();
      await connections(app).toBe(0);
      await expect.poll(() => app.app.feed.status().streams).toBe(0);
    },
  );

  /** Makes changes until the network takes no more for the clients that do not read. */
  async function fill(team: Team, psql: Psql, app: TestApp, unread: number): Promise<void> {
    team.onGitHub(7);
    await team.claim((await team.spawn()).id, 7);
    while ((await figure(app, 'muster_live_queued_bytes')) < unread * 60_000) {
      await psql(`DO $$ BEGIN FOR i IN 1..50 LOOP
        UPDATE pull_request SET title = repeat('x', 60000) || i; END LOOP; END $$`);
    }
  }

  it('frees its slot when its client disconnects without having read it', async ({
    sharedTeam: team,
    psql,
    app,
  }) => {
    const unread = Array.from({ length: 5 }, () => ask(team, app));
    await connections(app).toBe(5);
    await fill(team, psql, app, 5);
    for (const socket of unread) socket.destroy();
    await connections(app).toBe(0);
    const again = await openEventStream(app.url, team.owner.token, body(team));
    expect((await again.next())?.id).toBeDefined();
    again.stop();
    await connections(app).toBe(0);
  });

  it('is destroyed when its client does not read the end of it', async ({ sharedTeam: team, psql, app }) => {
    const tim = await team.join('MEMBER', 'Tim');
    const socket = ask(team, app, tim.token);
    await connections(app).toBe(1);
    await fill(team, psql, app, 1);
    await psql('UPDATE token SET revoked_at = now() WHERE user_id = $1', [tim.userId]);
    // Writing to a connection that is gone fails.
    const isGone = new Promise((resolve) => socket.once('error', resolve));
    const writing = setInterval(() => socket.write('\r\n'), 50);
    await isGone;
    clearInterval(writing);
  });
});

describe('a database that is away', () => {
  it('delays events, and each arrives with its objects', async ({ sharedTeam: team, psql }) => {
    const session = await team.spawn();
    const heard = await team.owner.subscribe(SessionChanged, { organizationId: team.id });
    const branches = Array.from({ length: 100 }, (_, index) => `branch-${index}`);
    for (const branch of branches) {
      await psql('UPDATE session SET branch = $2 WHERE id = $1', [uuidOf(session.id), branch]);
      await psql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'muster'`,
      );
    }
    for (const { sessionChanged } of await heard.events(branches.length)) {
      expect(sessionChanged.session).toMatchObject({ name: session.name });
    }
    await heard.stop();
  });

  it('does not keep a revoked token subscribed when the database connections hang', async ({
    sharedTeam: team,
    psql,
    app,
    database,
  }) => {
    await using proxy = await startProxy(database.url);
    const databaseUrl = new URL(database.url);
    databaseUrl.host = new URL(proxy.url).host;
    const behind = await app.startAnother({ databaseUrl: databaseUrl.href });
    const ivy = await team.join('MEMBER', 'Ivy');
    const socket = await openSocket(behind.url, authorization(ivy.token));
    subscribe(team, socket, 'a');
    await socket.next(isLive(1));
    proxy.stall();
    await psql('UPDATE token SET revoked_at = now() WHERE user_id = $1', [ivy.userId]);
    expect((await socket.closed).code).toBe(4403);
    proxy.cut();
    await behind.close();
  });
});
