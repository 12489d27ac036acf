/** Clients that read slowly or not at all: they are closed as lagged, and slow down no other client. */
import { print } from 'graphql';
import type { TestApp } from '../support/app.ts';
import { openEventStream } from '../support/eventStream.ts';
import { readFigures } from '../support/metrics.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import { type Message, openSocket } from '../support/rawSocket.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, test } from '../support/test.ts';
import { Changes, FeedCursor } from './documents.ts';

const SUBSCRIPTIONS = 30;
const CHANGES = 2_000;
const STUCK = 'muster_live_ended_total{reason="lagged"}';
const QUEUED = 'muster_live_queued_bytes';
/** A connection may queue its soft budget, and one event of each subscription beyond. */
const SOFT_BYTES = 128 * 1024;
const EVENT_BYTES = 2_000;
/** More than the kernel's socket buffers hold. */
const LARGE_BYTES = 30_000_000;

const it = test.extend(
  'config',
  { scope: 'file' },
  {
    tuning: { live: { stuckMs: 1_000, softBytes: SOFT_BYTES } },
    runningLimits: { answerBytes: 2 * LARGE_BYTES },
  },
);

const figure = async (app: TestApp, series: string) => (await readFigures(app.url))(series);
const body = (team: Team, after?: string) => ({
  query: print(Changes),
  variables: { organizationId: team.id, after },
});

/** Changes one row again and again, in one transaction. */
async function churn(team: Team, psql: Psql, count = CHANGES): Promise<void> {
  const { id } = await team.spawn();
  await psql(`DO $$ BEGIN FOR i IN 1..${count} LOOP
    UPDATE session SET branch = 'b' || i WHERE id = '${uuidOf(id)}'; END LOOP; END $$`);
}

const isNext = ({ type }: Message) => type === 'next';
const cursorOf = ({ payload }: Message) =>
  (payload as { data: { changes: { cursor: string } } }).data.changes.cursor;

describe('a WebSocket that is not read', () => {
  it('is closed as lagged, queues a bounded number of bytes, slows no other client, and resumes by its cursor', async ({
    sharedTeam: team,
    psql,
    app,
  }) => {
    const before = await figure(app, STUCK);
    const slow = await openSocket(app.url, { authorization: `Bearer ${team.owner.token}` });
    for (let id = 1; id <= SUBSCRIPTIONS; id += 1) {
      slow.send({ id: String(id), type: 'subscribe', payload: body(team) });
    }
    await slow.next(
      ({ type, payload }) =>
        type === 'ping' && (payload as { subscriptions: string[] }).subscriptions.length === SUBSCRIPTIONS,
    );
    const quick = await team.owner.subscribe(Changes, { organizationId: team.id });

    slow.pause();
    let mostQueued = 0;
    // From the start: on a slow machine, the socket is closed before the quick client has heard everything.
    const closing = (async () => {
      while ((await figure(app, STUCK)) === before) {
        mostQueued = Math.max(mostQueued, await figure(app, QUEUED));
      }
    })();
    await churn(team, psql);
    const heard = await quick.events(CHANGES + 1);
    await closing;
    expect(mostQueued).toBeGreaterThan(0);
    expect(mostQueued).toBeLessThan(SOFT_BYTES + SUBSCRIPTIONS * EVENT_BYTES);

    slow.resume();
    let last: Message | undefined;
    for (let each = await slow.next(isNext); each; each = await slow.next(isNext)) {
      if (each.id === '1') last = each;
    }
    expect(await slow.closed).toEqual({ code: 1013, reason: 'lagged' });

    // Everything written was complete and in order, so the missing events come after its cursor.
    const after = cursorOf(last as Message);
    const known = heard.findIndex(({ changes }) => changes.cursor === after);
    const resumed = await team.owner.subscribe(Changes, { organizationId: team.id, after });
    expect(await resumed.events(heard.length - known - 1)).toEqual(heard.slice(known + 1));
    await quick.stop();
    await resumed.stop();
  });

  it('is closed as lagged when it sends queries and reads no answers', async ({
    sharedTeam: team,
    psql,
    app,
  }) => {
    const before = await figure(app, STUCK);
    const socket = await openSocket(app.url, { authorization: `Bearer ${team.owner.token}` });
    const query = `{ organization(slug: "${team.slug}") { changes(first: 100) { nodes { payload } } } }`;
    await churn(team, psql, 100);
    socket.pause();
    for (let id = 0; (await figure(app, STUCK)) === before; id += 1) {
      socket.send({ id: String(id), type: 'subscribe', payload: { query } });
    }
    socket.resume();
    expect((await socket.closed).code).toBe(1013);
  });
});

describe('a client that reads slowly but steadily', () => {
  it('receives an event whose transfer takes longer than a client may take nothing', async ({
    sharedTeam: team,
    psql,
    app,
  }) => {
    const before = await figure(app, STUCK);
    team.onGitHub(7);
    await team.claim((await team.spawn()).id, 7);
    const socket = await openSocket(app.url, { authorization: `Bearer ${team.owner.token}` });
    const events = socket.messages({
      query: 'subscription ($id: ID!) { prChanged(organizationId: $id) { pullRequest { title } } }',
      variables: { id: team.id },
    });
    await socket.next(({ type, payload }) => type === 'ping' && payload !== undefined);
    // A little at a time.
    const reading = setInterval(() => {
      socket.resume();
      setImmediate(socket.pause);
    }, 250);
    await psql(`UPDATE pull_request SET title = repeat('x', $1::int)`, [LARGE_BYTES]);
    const event = await events.next();
    clearInterval(reading);
    setImmediate(socket.resume);
    expect(JSON.stringify(event).length).toBeGreaterThan(LARGE_BYTES);
    expect(await figure(app, STUCK)).toBe(before);
    await socket.close();
  });
});

describe('an event stream that is not read', () => {
  it('ends with LAGGED, and resumes by its last id', async ({ sharedTeam: team, psql, app }) => {
    const before = await figure(app, STUCK);
    const start = await team.owner.query(FeedCursor, { slug: team.slug });
    const stream = await openEventStream(app.url, team.owner.token, body(team));
    // Nothing is read from here on. The network takes a part of it.
    for (let round = 0; round < 5; round += 1) await churn(team, psql, 3_000);
    await expect.poll(() => figure(app, STUCK), { interval: 100 }).toBe(before + 1);

    const blocks = await stream.rest();
    expect(blocks.at(-1)).toEqual({ event: 'complete' });
    expect(blocks.at(-2)?.data).toMatchObject({ errors: [{ extensions: { code: 'LAGGED' } }] });
    const ids = blocks.filter(({ data }) => data?.data).map(({ id }) => id);
    const all = await team.owner.subscribe(Changes, {
      organizationId: team.id,
      after: start.organization?.feedCursor,
    });
    const stored = (await all.events(15_005)).map(({ changes }) => changes.cursor);
    await all.stop();
    expect(ids).toEqual(stored.slice(0, ids.length));

    const resumed = await openEventStream(app.url, team.owner.token, body(team), {
      'last-event-id': String(ids.at(-1)),
    });
    expect((await resumed.result()).id).toBe(stored[ids.length]);
    resumed.stop();
  });
});
