/** The client resumes: whatever happens to the connection, each event is delivered once and in order. */

import type { SubscriptionStatus } from '../../src/client/index.ts';
import { FeedCursor } from '../live/documents.ts';
import { startProxy } from '../support/proxy.ts';
import { uuidOf } from '../support/psql.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, it } from '../support/test.ts';
import { connect, nextNames, numbers, rename, sessionUpdates, statusLog, WAYS } from './muster.ts';

async function feedCursor(team: Team): Promise<string> {
  const { organization } = await team.owner.query(FeedCursor, { slug: team.slug });
  return organization?.feedCursor ?? '';
}

describe.each(WAYS)('over $way', ({ options }) => {
  it('delivers each change once and in order while its connection is cut repeatedly', async ({
    sharedTeam: team,
    psql,
    app,
  }) => {
    const sessionId = (await team.spawn()).id;
    await using proxy = await startProxy(app.url);
    // The cuts come in the handshake at first, and after several events later.
    let seed = 7;
    proxy.cutAfter(() => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return 50 + (seed % 20_000);
    });
    const updates = connect(proxy.url, team.owner.token, options).subscribe({
      ...sessionUpdates(team.id),
      after: await feedCursor(team),
    });

    const renamed = rename(psql, sessionId, numbers(1, 400));
    expect(await nextNames(updates, 400)).toEqual(numbers(1, 400));
    await renamed;
    expect(proxy.connections()).toBeGreaterThan(10);

    // A repeated event would arrive before this one.
    await rename(psql, sessionId, ['last']);
    expect(await nextNames(updates, 1)).toEqual(['last']);
    await updates.return();
  });

  it('resumes at another server when its own stops', async ({ sharedTeam: team, psql, app }) => {
    const sessionId = (await team.spawn()).id;
    const first = await app.startAnother();
    const second = await app.startAnother();
    await using proxy = await startProxy(first.url);
    const updates = connect(proxy.url, team.owner.token, options).subscribe({
      ...sessionUpdates(team.id),
      after: await feedCursor(team),
    });
    await rename(psql, sessionId, ['before']);
    expect(await nextNames(updates, 1)).toEqual(['before']);

    const stopped = first.close();
    proxy.leadTo(undefined);
    await rename(psql, sessionId, ['in between']);
    await stopped;
    proxy.leadTo(second.url);
    expect(await nextNames(updates, 1)).toEqual(['in between']);
    await rename(psql, sessionId, ['after']);
    expect(await nextNames(updates, 1)).toEqual(['after']);
    await updates.return();
    await second.close();
  });

  it('resumes after a heartbeat when no event came before its connection broke', async ({
    sharedTeam: team,
    psql,
    app,
  }) => {
    const sessionId = (await team.spawn()).id;
    await using proxy = await startProxy(app.url);
    const { onStatus, until } = statusLog<SubscriptionStatus>();
    const updates = connect(proxy.url, team.owner.token, options).subscribe({
      ...sessionUpdates(team.id),
      onStatus,
    });
    expect(updates.cursor).toBeUndefined();
    const received = nextNames(updates, 1);
    await until('live');
    expect(updates.cursor).toEqual(expect.any(String));

    proxy.leadTo(undefined);
    proxy.cut();
    await until('waiting');
    await rename(psql, sessionId, ['unheard of']);
    proxy.leadTo(app.url);
    expect(await received).toEqual(['unheard of']);
    await updates.return();
  });

  it('reconnects when the connection is silent', async ({ sharedTeam: team, psql, app }) => {
    const sessionId = (await team.spawn()).id;
    await using proxy = await startProxy(app.url);
    const { onStatus, until, seen } = statusLog<SubscriptionStatus>();
    const updates = connect(proxy.url, team.owner.token, { ...options, silenceMs: 1_500 }).subscribe({
      ...sessionUpdates(team.id),
      onStatus,
    });
    const received = nextNames(updates, 1);
    await until('live');
    proxy.stall();
    await rename(psql, sessionId, ['behind the wall']);
    expect(await received).toEqual(['behind the wall']);
    expect(seen).toContainEqual({
      state: 'waiting',
      delayMs: expect.any(Number),
      cause: expect.objectContaining({ message: expect.stringContaining('silent') }),
    });
    await updates.return();
  });

  it('reconnects with its new rights when its role changes', async ({ sharedTeam: team, psql, app }) => {
    const bob = await app.signUp('Bob');
    const [membership] = await psql<{ id: string }>(
      `INSERT INTO membership (id, organization_id, user_id, role)
       VALUES (gen_random_uuid(), $1, $2, 'MEMBER') RETURNING id`,
      [uuidOf(team.id), bob.userId],
    );
    const sessionId = (await team.spawn()).id;
    const { onStatus, until, seen } = statusLog<SubscriptionStatus>();
    const updates = connect(app.url, bob.token, options).subscribe({
      ...sessionUpdates(team.id),
      onStatus,
    });
    const received = nextNames(updates, 1);
    await until('live');
    await psql(`UPDATE membership SET role = 'ADMIN' WHERE id = $1`, [membership?.id]);
    await until('waiting');
    await rename(psql, sessionId, ['for admins']);
    expect(await received).toEqual(['for admins']);
    expect(seen.map(({ state }) => state).slice(0, 4)).toEqual([
      'connecting',
      'live',
      'waiting',
      'connecting',
    ]);
    await updates.return();
  });
});

describe('a consumer that is slower than the feed', () => {
  it('makes the client close the WebSocket, and misses and repeats nothing', async ({
    sharedTeam: team,
    psql,
    app,
  }) => {
    const sessionId = (await team.spawn()).id;
    const after = await feedCursor(team);
    await rename(psql, sessionId, numbers(1, 60));
    await using proxy = await startProxy(app.url);
    const { onStatus, seen } = statusLog<SubscriptionStatus>();
    const updates = connect(proxy.url, team.owner.token, { bufferSize: 5 }).subscribe({
      ...sessionUpdates(team.id),
      after,
      onStatus,
    });
    const hungUp = proxy.nextEnd();
    const first = await nextNames(updates, 1);
    await hungUp;
    expect([...first, ...(await nextNames(updates, 59))]).toEqual(numbers(1, 60));
    expect(seen).toContainEqual({
      state: 'waiting',
      delayMs: 0,
      cause: expect.objectContaining({ message: expect.stringContaining('slower') }),
    });
    await updates.return();
  });

  it('resumes in another process after its last delivered event, not the last received one', async ({
    sharedTeam: team,
    psql,
    app,
  }) => {
    const sessionId = (await team.spawn()).id;
    const after = await feedCursor(team);
    await rename(psql, sessionId, numbers(1, 20));
    const muster = connect(app.url, team.owner.token);
    const one = muster.subscribe({ ...sessionUpdates(team.id), after });
    expect(await nextNames(one, 3)).toEqual(['1', '2', '3']);
    await one.return();
    const other = muster.subscribe({ ...sessionUpdates(team.id), after: one.cursor });
    expect(await nextNames(other, 17)).toEqual(numbers(4, 20));
    await other.return();
  });
});
