/** Subscriptions that receive the same share the execution of their events, and the bytes of the results. */
import { once } from 'node:events';
import WebSocket from 'ws';
import type { TestApp } from '../support/app.ts';
import { openEventStream } from '../support/eventStream.ts';
import { readFigures } from '../support/metrics.ts';
import { openPsql, type Psql, uuidOf } from '../support/psql.ts';
import { type Message, openSocket } from '../support/rawSocket.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, onTestFinished, test } from '../support/test.ts';

const SOFT_BYTES = 64 * 1024;
const it = test
  .extend(
    'config',
    { scope: 'file' },
    { sharedEvents: true, tuning: { live: { softBytes: SOFT_BYTES, stuckMs: 600_000 } } },
  )
  /** A server on the same database that executes every event for one subscription. */
  .extend('alone', { scope: 'file' }, async ({ app }, { onCleanup }) => {
    const alone = await app.startAnother({ sharedEvents: false });
    onCleanup(alone.close);
    return alone;
  });

/** Changes of one transaction. */
const BURST = 20;
const SHARED = 'muster_live_shared_subscriptions';
const figure = async (app: TestApp, series: string) => (await readFigures(app.url))(series);

const query = (fields: string) =>
  `subscription($id: ID!) { sessionChanged(organizationId: $id) { cursor ${fields} } }`;
const subscribe = (id: string, team: Team, fields: string) => ({
  id,
  type: 'subscribe',
  payload: { query: query(fields), variables: { id: team.id } },
});
const rename = (psql: Psql, session: { id: string }, name: string) =>
  psql('UPDATE session SET display_name = $1 WHERE id = $2', [name, uuidOf(session.id)]);

/** Waits until all changes so far have their place in the feed, so that a new subscription does not receive them. */
const inFeed = (psql: Psql) => expect.poll(() => psql('SELECT FROM change_outbox')).toHaveLength(0);

async function spawnWithLongPrompt(team: Team, psql: Psql): Promise<{ id: string }> {
  const session = await team.spawn();
  await psql('UPDATE session SET prompt = $1 WHERE id = $2', ['x'.repeat(90_000), uuidOf(session.id)]);
  await inFeed(psql);
  return session;
}

/** The messages with results as they arrive, by the id of their subscription. */
async function listen(app: TestApp, team: Team, selections: Record<string, string>) {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const results = new Map<string, string[]>(Object.keys(selections).map((id) => [id, []]));
  const live = Promise.withResolvers<void>();
  socket.on('message', (data) => {
    const text = String(data);
    const { id, type, payload } = JSON.parse(text);
    if (type === 'ping' && payload?.subscriptions.length === results.size) live.resolve();
    if (type === 'next') results.get(id)?.push(text);
  });
  await once(socket, 'open');
  const send = (message: object) => socket.send(JSON.stringify(message));
  send({ type: 'connection_init', payload: { authorization: `Bearer ${team.owner.token}` } });
  await once(socket, 'message');
  for (const [id, fields] of Object.entries(selections)) send(subscribe(id, team, fields));
  await live.promise;
  onTestFinished(() => socket.terminate());
  return { results };
}

it('a message has the bytes that graphql-ws sends, whatever its size and its id', async ({
  app,
  alone,
  team,
  psql,
}) => {
  const session = await spawnWithLongPrompt(team, psql);
  // A frame's length takes one byte, three or nine.
  const sizes = [
    'type',
    'session { id displayName project { name } viewerCanTerminate }',
    'session { prompt }',
  ];
  const ids = ['1', '2', 'a-longer-one', '"quoted" \\ and\nbroken', 'ünïcödé 🐙', '\ud800', 'x'.repeat(128)];
  const selections = Object.fromEntries(
    sizes.flatMap((fields, index) => ids.map((id) => [id.slice(0, 127) + index, fields])),
  );
  const heard = await Promise.all([app, alone].map((each) => listen(each, team, selections)));
  expect(await figure(app, SHARED)).toBe(Object.keys(selections).length);
  expect(await figure(alone, SHARED)).toBe(0);
  for (const name of ['one', 'two', 'three']) await rename(psql, session, `${name} "ü\\🐙`);
  for (const { results } of heard) {
    await expect.poll(() => [...results.values()].every(({ length }) => length === 3)).toBe(true);
  }
  const [shared, own] = heard.map(({ results }) => results);
  // What was read may be newer than its event, so only the last event has one state.
  for (const [id, texts] of shared ?? []) expect(texts.at(-1)).toBe(own?.get(id)?.at(-1));
});

it('a client that reads slowly leaves the others, receives each event once and in order, and joins them again', async ({
  app,
  team,
  psql,
}) => {
  const session = await spawnWithLongPrompt(team, psql);
  const selection = subscribe('1', team, 'session { displayName prompt }');
  const open = async () => {
    const socket = await openSocket(app.url, { authorization: `Bearer ${team.owner.token}` });
    onTestFinished(() => socket.close());
    return socket;
  };
  const [slow, fast] = [await open(), await open()];
  for (const socket of [slow, fast]) {
    socket.send(selection);
    await socket.next(({ type }) => type === 'ping');
  }
  await expect.poll(() => figure(app, SHARED)).toBe(2);
  const cursors = async (socket: typeof slow, count: number) => {
    const found: string[] = [];
    while (found.length < count) {
      const message = await socket.next(({ type }) => type === 'next');
      if (!message) throw new Error('The socket was closed.');
      found.push(
        (message.payload as { data: { sessionChanged: { cursor: string } } }).data.sessionChanged.cursor,
      );
    }
    return found;
  };
  slow.pause();
  const expected: string[] = [];
  // Until more waits than the kernel takes.
  while ((await figure(app, SHARED)) === 2) {
    await psql(`DO $$ BEGIN FOR i IN 1..${BURST} LOOP
      UPDATE session SET branch = 'v' || i WHERE id = '${uuidOf(session.id)}';
    END LOOP; END $$`);
    expected.push(...(await cursors(fast, BURST)));
  }
  slow.resume();
  expect(await cursors(slow, expected.length)).toEqual(expected);
  await expect.poll(() => figure(app, SHARED)).toBe(2);
  await rename(psql, session, 'last');
  expect(await cursors(slow, 1)).toEqual(await cursors(fast, 1));
});

it('event streams receive the same as alone, with their cursors', async ({ app, alone, team, psql }) => {
  const session = await team.spawn();
  await inFeed(psql);
  const body = { query: query('session { displayName }'), variables: { id: team.id } };
  const streams = await Promise.all(
    [app, app, alone].map(({ url }) => openEventStream(url, team.owner.token, body)),
  );
  // The heartbeat of each.
  for (const stream of streams) await stream.next();
  await expect.poll(() => figure(app, SHARED)).toBe(2);
  const names = ['one', 'two', 'three'];
  const heard: unknown[][] = streams.map(() => []);
  for (const name of names) {
    await rename(psql, session, name);
    for (const [index, stream] of streams.entries()) heard[index]?.push(await stream.result());
  }
  expect(heard[0]).toMatchObject(
    names.map((displayName) => ({ data: { data: { sessionChanged: { session: { displayName } } } } })),
  );
  expect(heard[0]).toEqual(heard[2]);
  expect(heard[1]).toEqual(heard[2]);
  for (const stream of streams) stream.stop();
});

it('documents that differ in their layout only are executed once, and those with other variables are not', async ({
  app,
  team,
}) => {
  const before = await figure(app, 'muster_live_shared_groups');
  const socket = await openSocket(app.url, { authorization: `Bearer ${team.owner.token}` });
  const spread = `subscription($id:ID!,$after:String){sessionChanged(organizationId:$id,after:$after){cursor}}`;
  const documents = [spread, spread.replaceAll(',', ' , '), `# A comment.\n${spread}`];
  const filtered =
    'subscription($id: ID!, $project: ID) { sessionChanged(organizationId: $id, projectId: $project) { cursor } }';
  const operations = [
    ...documents.map((text) => ({ query: text, variables: { id: team.id } })),
    { query: spread, variables: { id: team.id, after: null } },
    { query: filtered, variables: { id: team.id, project: team.project.id } },
    { query: filtered, variables: { id: team.id } },
  ];
  for (const [index, payload] of operations.entries())
    socket.send({ id: String(index), type: 'subscribe', payload } as Message);
  const isLive = ({ type, payload }: Message) =>
    type === 'ping' && (payload as { subscriptions?: string[] })?.subscriptions?.length === operations.length;
  await socket.next(isLive);
  await expect.poll(() => figure(app, 'muster_live_shared_groups')).toBe((before ?? 0) + 3);
  await socket.close();
});

describe('an event that waits for a lock', () => {
  const MEMORY = 'agent { memory(first: 1) { totalCount } }';
  const waiting = (psql: Psql) =>
    psql(`SELECT FROM pg_locks WHERE NOT granted AND relation = 'agent_memory'::regclass`);

  async function openLive(app: TestApp, team: Team, payload: object) {
    const socket = await openSocket(app.url, { authorization: `Bearer ${team.owner.token}` });
    onTestFinished(() => socket.close());
    socket.send({ id: '1', type: 'subscribe', payload });
    await socket.next(({ type }) => type === 'ping');
    return async (count: number) => {
      const events: Record<string, unknown>[] = [];
      while (events.length < count) {
        const message = await socket.next(({ type }) => type === 'next');
        if (!message) throw new Error('The socket was closed.');
        const { data, errors } = message.payload as { data: object; errors?: object[] };
        expect(errors).toBeUndefined();
        events.push(...Object.values(data));
      }
      return events;
    };
  }

  async function lockMemory(url: string) {
    const holder = await openPsql(url);
    onTestFinished(holder.close);
    await holder('BEGIN');
    await holder('LOCK TABLE agent_memory');
    return holder;
  }

  it('delays no event of another group, and each group receives every event once and in order', async ({
    app,
    team,
    psql,
    database,
  }) => {
    const agent = await team.hire();
    const session = await team.spawn({ agentId: agent.id });
    await inFeed(psql);
    const open = (fields: string) => openLive(app, team, subscribe('1', team, fields).payload);
    const slow = await Promise.all([1, 2].map(() => open(`session { id ${MEMORY} }`)));
    const fast = await Promise.all([1, 2].map(() => open('session { id displayName }')));
    const others = await Promise.all([1, 2].map(() => open('type')));
    const all = [...slow, ...fast, ...others];
    // From its second event on, a group reads together with others.
    for (const name of ['one', 'two']) {
      await rename(psql, session, name);
      for (const next of all) await next(1);
    }
    const holder = await lockMemory(database.url);
    const heard: unknown[][] = all.map(() => []);
    const take = async (indexes: number[], count: number) => {
      for (const index of indexes) {
        const events = (await all[index]?.(count)) ?? [];
        heard[index]?.push(...events.map(({ cursor }) => cursor));
      }
    };
    const names = ['three', 'four', 'five'];
    for (const name of names) {
      await rename(psql, session, name);
      await take([2, 3, 4, 5], 1);
    }
    await expect.poll(() => waiting(psql)).not.toHaveLength(0);
    await holder('ROLLBACK');
    await take([0, 1], names.length);
    await rename(psql, session, 'last');
    await take([0, 1, 2, 3, 4, 5], 1);
    expect(new Set(heard[0]).size).toBe(names.length + 1);
    for (const cursors of heard) expect(cursors).toEqual(heard[0]);
  });

  it('withholds no event before it', async ({ app, team, psql, database }) => {
    const agent = await team.hire();
    const session = await team.spawn({ agentId: agent.id });
    await inFeed(psql);
    const next = await openLive(app, team, {
      query: `subscription($id: ID!) { changes(organizationId: $id) {
        type entity { ... on Session { id } ... on Agent { memory(first: 1) { totalCount } } }
      } }`,
      variables: { id: team.id },
    });
    const holder = await lockMemory(database.url);
    await psql('BEGIN');
    await rename(psql, session, 'before');
    await psql(`UPDATE agent SET description = 'after' WHERE id = $1`, [uuidOf(agent.id)]);
    await psql('COMMIT');
    const events = await next(1);
    await expect.poll(() => waiting(psql)).not.toHaveLength(0);
    await holder('ROLLBACK');
    events.push(...(await next(1)));
    expect(events.map(({ type }) => type)).toEqual(['SESSION_UPDATED', 'AGENT_UPDATED']);
  });
});
