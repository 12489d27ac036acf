/** What a heartbeat may say, whatever the subscriptions of its socket are doing. */
import { print } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { uuidOf } from '../support/psql.ts';
import { type Message, openSocket, type RawSocket } from '../support/rawSocket.ts';
import type { Team } from '../support/team.ts';
import { startWork, type Work } from '../support/work.ts';
import { Changes, PrSessionChanged, SessionChanged } from './documents.ts';

let work: Work;
let team: Team;

beforeAll(async () => {
  work = await startWork({ live: { heartbeatMs: 100 } });
  team = await work.createTeam();
});

afterAll(() => work.close());

type Beat = { cursor: string; subscriptions: string[] };

const isBeat = ({ type, payload }: Message) => type === 'ping' && payload !== undefined;
const positionOf = (cursor: string) => Buffer.from(cursor, 'base64url').readBigUInt64BE(9);
const open = () => openSocket(work.app.url, { authorization: `Bearer ${team.owner.token}` });

async function nextBeat(socket: RawSocket): Promise<Beat> {
  return (await socket.next(isBeat))?.payload as Beat;
}

const subscribe = (socket: RawSocket, id: string, document: object, variables: object = {}) =>
  socket.send({
    id,
    type: 'subscribe',
    payload: { query: print(document as never), variables: { organizationId: team.id, ...variables } },
  });

it('goes on whatever was asked for in vain', async () => {
  const socket = await open();
  subscribe(socket, 'a', SessionChanged);
  expect((await nextBeat(socket)).subscriptions).toEqual(['a']);
  // A complete for what was refused, before it was refused.
  socket.send({ id: 'bad', type: 'subscribe', payload: { query: '{ nope }' } });
  socket.send({ id: 'bad', type: 'complete' });
  for (let count = 0; count < 3; count += 1) {
    expect((await nextBeat(socket)).subscriptions).toEqual(['a']);
  }
  await socket.close();
});

it('never tells a subscription less than it was told, though another begins far behind', async () => {
  const begin = work.app.app.feed.encode(0);
  const socket = await open();
  subscribe(socket, 'a', SessionChanged);
  await nextBeat(socket);
  for (let count = 0; count < 50; count += 1) await team.spawn();
  let event: Message | undefined;
  for (let count = 0; count < 50; count += 1) event = await socket.next(({ type }) => type === 'next');
  const { data } = (event as Message).payload as { data: { sessionChanged: { cursor: string } } };

  subscribe(socket, 'b', Changes, { after: begin });
  // Nothing is said to either until b has come as far as a.
  const beat = await nextBeat(socket);
  expect(beat.subscriptions).toEqual(['a', 'b']);
  expect(positionOf(beat.cursor)).toBeGreaterThanOrEqual(positionOf(data.sessionChanged.cursor));
  await socket.close();
});

it('comes after everything it covers, and moves where there is nothing to hear', async () => {
  const socket = await open();
  subscribe(socket, 'busy', Changes);
  subscribe(socket, 'idle', PrSessionChanged);
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
      // Nothing that was heard already is taken back, and nothing is announced that comes only now.
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

it('is not kept from one organization by what happens in another', async () => {
  const other = await work.createTeam(team.owner);
  const socket = await open();
  subscribe(socket, 'busy', Changes);
  subscribe(socket, 'idle', Changes, { organizationId: other.id });
  while ((await nextBeat(socket)).subscriptions.length < 2);
  const session = uuidOf((await team.spawn()).id);
  let isOver = false;
  const writing = (async () => {
    let branch = '';
    for (let count = 0; !isOver; count += 1) {
      branch = `branch-${count}`;
      await work.psql('UPDATE session SET branch = $2 WHERE id = $1', [session, branch]);
    }
    return branch;
  })();
  // Long after the first beats, which came before there was anything to hear.
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
  // Nothing of it is left for those who come next.
  await socket.next((each) => each.type === 'next' && JSON.stringify(each).includes(`"${last}"`));
  await socket.close();
});

it('waits for no query or mutation, however long one takes', async () => {
  const socket = await open();
  subscribe(socket, 'a', SessionChanged);
  await nextBeat(socket);
  await work.psql('BEGIN; LOCK TABLE project');
  const query = `{ organization(slug: "${team.slug}") { projects { nodes { name } } } }`;
  socket.send({ id: 'slow', type: 'subscribe', payload: { query } });
  await expect
    .poll(() => work.psql(`SELECT FROM pg_locks WHERE NOT granted AND relation = 'project'::regclass`))
    .toHaveLength(1);
  for (let count = 0; count < 3; count += 1) await nextBeat(socket);
  await work.psql('COMMIT');
  expect(await socket.next(({ id }) => id === 'slow')).toMatchObject({ type: 'next' });
  await socket.close();
});
