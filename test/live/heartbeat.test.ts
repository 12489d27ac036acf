/** The cursors of heartbeats, on sockets with several subscriptions. */
import { print } from 'graphql';
import type { TestApp } from '../support/app.ts';
import { uuidOf } from '../support/psql.ts';
import { type Message, openSocket, type RawSocket } from '../support/rawSocket.ts';
import type { Team } from '../support/team.ts';
import { expect, test } from '../support/test.ts';
import { Changes, PrSessionChanged, SessionChanged } from './documents.ts';

const it = test.extend('config', { scope: 'file' }, { tuning: { live: { heartbeatMs: 100 } } });

type Beat = { cursor: string; subscriptions: string[] };

const isBeat = ({ type, payload }: Message) => type === 'ping' && payload !== undefined;
const positionOf = (cursor: string) => Buffer.from(cursor, 'base64url').readBigUInt64BE(9);
const open = (team: Team, app: TestApp) =>
  openSocket(app.url, { authorization: `Bearer ${team.owner.token}` });

async function nextBeat(socket: RawSocket): Promise<Beat> {
  return (await socket.next(isBeat))?.payload as Beat;
}

const subscribe = (team: Team, socket: RawSocket, id: string, document: object, variables: object = {}) =>
  socket.send({
    id,
    type: 'subscribe',
    payload: { query: print(document as never), variables: { organizationId: team.id, ...variables } },
  });

it('heartbeats go on after an operation that was refused and completed', async ({
  sharedTeam: team,
  app,
}) => {
  const socket = await open(team, app);
  subscribe(team, socket, 'a', SessionChanged);
  expect((await nextBeat(socket)).subscriptions).toEqual(['a']);
  // The client completes the operation before it is refused.
  socket.send({ id: 'bad', type: 'subscribe', payload: { query: '{ nope }' } });
  socket.send({ id: 'bad', type: 'complete' });
  for (let count = 0; count < 3; count += 1) {
    expect((await nextBeat(socket)).subscriptions).toEqual(['a']);
  }
  await socket.close();
});

it('the cursor of a heartbeat never goes back for a subscription, though another begins far behind', async ({
  sharedTeam: team,
  app,
}) => {
  const begin = app.app.feed.encode(0);
  const socket = await open(team, app);
  subscribe(team, socket, 'a', SessionChanged);
  await nextBeat(socket);
  for (let count = 0; count < 50; count += 1) await team.spawn();
  let event: Message | undefined;
  for (let count = 0; count < 50; count += 1) event = await socket.next(({ type }) => type === 'next');
  const { data } = (event as Message).payload as { data: { sessionChanged: { cursor: string } } };

  subscribe(team, socket, 'b', Changes, { after: begin });
  // No heartbeat is sent until b has caught up with a, save those that were under way when b was opened.
  let beat = await nextBeat(socket);
  while (!beat.subscriptions.includes('b')) beat = await nextBeat(socket);
  expect(beat.subscriptions).toEqual(['a', 'b']);
  expect(positionOf(beat.cursor)).toBeGreaterThanOrEqual(positionOf(data.sessionChanged.cursor));
  await socket.close();
});

it('a heartbeat comes after the events it covers, and moves on where none match', async ({
  sharedTeam: team,
  app,
}) => {
  const socket = await open(team, app);
  subscribe(team, socket, 'busy', Changes);
  subscribe(team, socket, 'idle', PrSessionChanged);
  await nextBeat(socket);
  const spawning: Promise<unknown>[] = [];
  let told = 0n;
  let heard = 0n;
  for (let count = 0; count < 60; count += 1) {
    spawning.push(team.spawn());
    const message = await socket.next((each) => each.type === 'next' || isBeat(each));
    if (message && isBeat(message)) {
      const position = positionOf((message.payload as Beat).cursor);
      expect(position).toBeGreaterThanOrEqual(told);
      // The cursor does not go back, and covers no event that comes later.
      expect(position).toBeGreaterThanOrEqual(heard);
      told = position;
    } else {
      const { data } = (message as Message).payload as { data: { changes: { cursor: string } } };
      heard = positionOf(data.changes.cursor);
      expect(heard).toBeGreaterThan(told);
    }
  }
  expect(told).toBeGreaterThan(0n);
  await Promise.all(spawning);
  await socket.close();
});

it('a quiet organization receives heartbeats while another on the same socket is busy', async ({
  sharedTeam: team,
  psql,
  app,
  createTeam,
}) => {
  const other = await createTeam(team.owner);
  const socket = await open(team, app);
  subscribe(team, socket, 'busy', Changes);
  subscribe(team, socket, 'idle', Changes, { organizationId: other.id });
  while ((await nextBeat(socket)).subscriptions.length < 2);
  const session = uuidOf((await team.spawn()).id);
  let isOver = false;
  const writing = (async () => {
    let branch = '';
    for (let count = 0; !isOver; count += 1) {
      branch = `branch-${count}`;
      await psql('UPDATE session SET branch = $2 WHERE id = $1', [session, branch]);
    }
    return branch;
  })();
  // Long after the first heartbeats, which came before any event.
  for (let count = 0; count < 200; count += 1) await socket.next(({ type }) => type === 'next');
  let told = 0n;
  for (let beats = 0; beats < 30; ) {
    const message = await socket.next((each) => each.type === 'next' || isBeat(each));
    if (message && isBeat(message)) {
      const position = positionOf((message.payload as Beat).cursor);
      expect(position).toBeGreaterThanOrEqual(told);
      told = position;
      beats += 1;
    } else {
      const { data } = (message as Message).payload as { data: { changes: { cursor: string } } };
      expect(positionOf(data.changes.cursor)).toBeGreaterThan(told);
      told = positionOf(data.changes.cursor);
    }
  }
  isOver = true;
  const last = await writing;
  // Waits for the last change, so that the next test does not receive it.
  await socket.next((each) => each.type === 'next' && JSON.stringify(each).includes(`"${last}"`));
  await socket.close();
});

it('heartbeats do not wait for a slow query or mutation', async ({ sharedTeam: team, psql, app }) => {
  const socket = await open(team, app);
  subscribe(team, socket, 'a', SessionChanged);
  await nextBeat(socket);
  await psql('BEGIN; LOCK TABLE project');
  const query = `{ organization(slug: "${team.slug}") { projects { nodes { name } } } }`;
  socket.send({ id: 'slow', type: 'subscribe', payload: { query } });
  await expect
    .poll(() => psql(`SELECT FROM pg_locks WHERE NOT granted AND relation = 'project'::regclass`))
    .toHaveLength(1);
  for (let count = 0; count < 3; count += 1) await nextBeat(socket);
  await psql('COMMIT');
  expect(await socket.next(({ id }) => id === 'slow')).toMatchObject({ type: 'next' });
  await socket.close();
});
