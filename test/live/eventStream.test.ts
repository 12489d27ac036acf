/** Subscriptions over Server-Sent Events. */

import { print } from 'graphql';
import type { Person, TestApp } from '../support/app.ts';
import { openEventStream } from '../support/eventStream.ts';
import { uuidOf } from '../support/psql.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, test } from '../support/test.ts';
import { Changes, SessionChanged } from './documents.ts';

const it = test.extend('ann', { scope: 'file' }, async ({ sharedTeam: team }) => {
  // A stream from now on would still receive the changes that set up the team, if they had no position yet.
  await team.changes();
  return team.owner;
});

const changes = (
  team: Team,
  ann: Person,
  app: TestApp,
  variables: object = {},
  headers = {},
  token = ann.token,
) =>
  openEventStream(
    app.url,
    token,
    { query: print(Changes), variables: { organizationId: team.id, ...variables } },
    headers,
  );

const openStreams = (app: TestApp) => expect.poll(() => app.app.feed.status().streams);

describe('an event stream', () => {
  it('begins with a heartbeat, then sends each change with its cursor as id', async ({
    sharedTeam: team,
    ann,
    app,
  }) => {
    const stream = await changes(team, ann, app);
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
    expect(await stream.next()).toEqual({ id: expect.any(String) });

    await team.spawn();
    const { id, event, data } = await stream.result();
    expect(event).toBe('next');
    expect(data.data?.changes).toMatchObject({ type: 'SESSION_CREATED', cursor: id });
    stream.stop();
    await openStreams(app).toBe(0);
  });

  it('resumes after Last-Event-ID even if `after` is given', async ({ sharedTeam: team, ann, app }) => {
    const stream = await changes(team, ann, app);
    const begin = (await stream.next())?.id;
    await team.spawn();
    await team.spawn();
    const first = await stream.result();
    const second = await stream.result();
    stream.stop();

    const resumed = await changes(team, ann, app, { after: begin }, { 'last-event-id': first.id });
    expect(await resumed.result()).toEqual(second);
    // The heartbeat says that it is live.
    expect(await resumed.next()).toEqual({ id: second.id });
    resumed.stop();
  });

  it('resumes after `after` without Last-Event-ID, from stored to live without a gap', async ({
    sharedTeam: team,
    ann,
    app,
  }) => {
    const first = await changes(team, ann, app);
    const begin = (await first.next())?.id;
    first.stop();
    const spawned = [await team.spawn(), await team.spawn()];
    const stream = await changes(team, ann, app, { after: begin });
    spawned.push(await team.spawn());
    for (const { id } of spawned) {
      expect((await stream.result()).data.data?.changes).toMatchObject({
        type: 'SESSION_CREATED',
        entityId: id,
      });
    }
    stream.stop();
  });

  it.for([
    ['after', { after: 'nonsense' }, {}],
    ['Last-Event-ID', {}, { 'last-event-id': 'nonsense' }],
  ] as const)(
    'refuses an invalid cursor in %s with one result, and completes',
    async ([_where, variables, headers], { sharedTeam: team, ann, app }) => {
      const stream = await changes(team, ann, app, variables, headers);
      expect(await stream.rest()).toEqual([
        {
          event: 'next',
          data: {
            errors: [
              expect.objectContaining({
                extensions: {
                  code: 'INVALID_CURSOR',
                  oldestCursor: expect.any(String),
                  requestId: expect.any(String),
                },
              }),
            ],
          },
        },
        { event: 'complete' },
      ]);
      await openStreams(app).toBe(0);
    },
  );

  it('answers a query with one result, and completes', async ({ ann, app }) => {
    const stream = await openEventStream(app.url, ann.token, { query: '{ viewer { name } }' });
    expect(await stream.rest()).toEqual([
      { event: 'next', data: { data: { viewer: { name: 'Ann' } } } },
      { event: 'complete' },
    ]);
  });

  it('is refused for a client that does not accept one, and leaves nothing behind', async ({
    sharedTeam: team,
    ann,
    app,
  }) => {
    const stream = await changes(team, ann, app, {}, { accept: 'application/json' });
    expect(await stream.response.json()).toMatchObject({
      errors: [{ extensions: { code: 'NOT_ACCEPTABLE' } }],
    });
    await openStreams(app).toBe(0);
  });

  it.for([undefined, 'mst_wrong'])('is refused for the token %s', async (token, { app }) => {
    const { response } = await openEventStream(app.url, token, { query: print(Changes) });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });
});

describe('an event stream whose rights change', () => {
  const forbidden = [
    { event: 'next', data: { errors: [expect.objectContaining({ extensions: { code: 'FORBIDDEN' } })] } },
    { event: 'complete' },
  ];
  const listening = async (team: Team, ann: Person, app: TestApp, person: Person) => {
    const stream = await changes(team, ann, app, {}, {}, person.token);
    await stream.next();
    return stream;
  };

  it('ends when its token is revoked', async ({ sharedTeam: team, ann, psql, app }) => {
    const stream = await listening(team, ann, app, await team.join('MEMBER', 'Rob'));
    await psql(
      `UPDATE token SET revoked_at = now() WHERE user_id IN (SELECT id FROM "user" WHERE name = 'Rob')`,
    );
    const rest = await stream.rest();
    expect(rest.slice(-2)).toEqual(forbidden);
  });

  it('ends when its token expires', async ({ sharedTeam: team, ann, psql, app }) => {
    const stream = await listening(team, ann, app, await team.join('MEMBER', 'Eve'));
    await psql(
      `UPDATE token SET expires_at = now() WHERE user_id IN (SELECT id FROM "user" WHERE name = 'Eve')`,
    );
    expect((await stream.rest()).slice(-2)).toEqual(forbidden);
  });

  it('ends when its member is removed', async ({ sharedTeam: team, ann, psql, app }) => {
    const tom = await team.join('MEMBER', 'Tom');
    const stream = await listening(team, ann, app, tom);
    await psql('UPDATE membership SET removed_at = now() WHERE id = $1', [uuidOf(tom.memberId)]);
    expect((await stream.rest()).slice(-2)).toEqual(forbidden);
  });

  it('ends without completion when the role of its member changes, so that the client comes back', async ({
    sharedTeam: team,
    ann,
    psql,
    app,
  }) => {
    const kim = await team.join('MEMBER', 'Kim');
    const stream = await listening(team, ann, app, kim);
    await psql(`UPDATE membership SET role = 'ADMIN' WHERE id = $1`, [uuidOf(kim.memberId)]);
    const rest = await stream.rest();
    expect(rest.filter(({ event }) => event === 'complete')).toEqual([]);
    const again = await listening(team, ann, app, kim);
    again.stop();
  });
});

describe('a server that stops', () => {
  it('ends its event streams without completion, and another server resumes them', async ({
    sharedTeam: team,
    ann,
    app,
  }) => {
    const other = await app.startAnother();
    const variables = { organizationId: team.id };
    const body = { query: print(SessionChanged), variables };
    const stream = await openEventStream(other.url, ann.token, body);
    await stream.next();
    await team.spawn();
    const { id = '' } = await stream.result();
    await other.close();
    expect((await stream.rest()).filter(({ event }) => event)).toEqual([]);

    const { name: spawned } = await team.spawn();
    const resumed = await openEventStream(app.url, ann.token, body, { 'last-event-id': id });
    expect((await resumed.result()).data.data?.sessionChanged).toMatchObject({ session: { name: spawned } });
    resumed.stop();
  });
});
