/** How a subscription ends: on request without an error, or with a final error. */

import {
  AccessDeniedError,
  CursorExpiredError,
  OperationError,
  ProtocolError,
  type SubscriptionStatus,
} from '../../src/client/index.ts';
import { FeedCursor } from '../live/documents.ts';
import { startTestApp } from '../support/app.ts';
import { CreateToken, RevokeToken } from '../support/mutations.ts';
import { succeeded } from '../support/outcome.ts';
import { startProxy } from '../support/proxy.ts';
import { openPsql, uuidOf } from '../support/psql.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, test } from '../support/test.ts';
import { connect, nextNames, numbers, rename, sessionUpdates, statusLog, WAYS } from './muster.ts';

const it = test.extend('sessionId', async ({ sharedTeam }) => (await sharedTeam.spawn()).id);

async function feedCursor(team: Team): Promise<string> {
  const { organization } = await team.owner.query(FeedCursor, { slug: team.slug });
  return organization?.feedCursor ?? '';
}

/** The error of the next event. */
async function failureOf(events: AsyncIterator<unknown>): Promise<unknown> {
  return await events.next().then(
    () => undefined,
    (error) => error,
  );
}

describe.each(WAYS)('over $way, a subscription ends', ({ options }) => {
  it('with AccessDeniedError when its token is bad', async ({ sharedTeam: team, app }) => {
    const updates = connect(app.url, 'nonsense', options).subscribe(sessionUpdates(team.id));
    expect(await failureOf(updates)).toBeInstanceOf(AccessDeniedError);
    expect(await updates.next()).toEqual({ done: true, value: undefined });
  });

  it('with AccessDeniedError when its token is revoked, after every earlier event', async ({
    sharedTeam: team,
    sessionId,
    psql,
    app,
  }) => {
    const { createToken } = await team.owner.query(CreateToken, {
      input: { organizationId: team.id, label: 'client' },
    });
    const { secret, token } = succeeded(createToken);
    const updates = connect(app.url, secret ?? '', options).subscribe({
      ...sessionUpdates(team.id),
      after: await feedCursor(team),
    });
    await rename(psql, sessionId, ['heard', 'heard too']);
    expect(await nextNames(updates, 2)).toEqual(['heard', 'heard too']);
    const failure = failureOf(updates);
    await team.owner.query(RevokeToken, { input: { tokenId: token.id } });
    expect(await failure).toBeInstanceOf(AccessDeniedError);
  });

  it('with CursorExpiredError when its cursor was never issued', async ({ sharedTeam: team, app }) => {
    const updates = connect(app.url, team.owner.token, options).subscribe({
      ...sessionUpdates(team.id),
      after: 'garbage',
    });
    const failure = await failureOf(updates);
    expect(failure).toBeInstanceOf(CursorExpiredError);
    expect(failure).toMatchObject({ code: 'INVALID_CURSOR', oldestCursor: expect.any(String) });
  });

  it('with CursorExpiredError when its cursor expires between two connections', async ({
    sharedTeam: team,
    sessionId,
    psql,
    app,
  }) => {
    // The same organization in another epoch, as after a restore.
    await using restored = await startTestApp();
    const eve = await restored.signUp('Eve');
    await using database = await openPsql(restored.app.db.url);
    const organization = uuidOf(team.id);
    await database(`INSERT INTO organization (id, slug, name) VALUES ($1, 'acme', 'Acme')`, [organization]);
    await database(`INSERT INTO membership (organization_id, user_id, role) VALUES ($1, $2, 'OWNER')`, [
      organization,
      eve.userId,
    ]);

    await using proxy = await startProxy(app.url);
    let token = team.owner.token;
    const updates = connect(proxy.url, '', { ...options, token: async () => token }).subscribe({
      ...sessionUpdates(team.id),
      after: await feedCursor(team),
    });
    await rename(psql, sessionId, ['before the restore']);
    expect(await nextNames(updates, 1)).toEqual(['before the restore']);

    token = eve.token;
    proxy.leadTo(restored.url);
    const failure = failureOf(updates);
    proxy.cut();
    expect(await failure).toBeInstanceOf(CursorExpiredError);
    expect(await failure).toMatchObject({ code: 'CURSOR_EXPIRED', oldestCursor: expect.any(String) });
  });

  it('with OperationError when the server refuses it', async ({ sharedTeam: team, app }) => {
    const stranger = await app.signUp('Eve');
    const updates = connect(app.url, stranger.token, options).subscribe(sessionUpdates(team.id));
    const failure = await failureOf(updates);
    expect(failure).toBeInstanceOf(OperationError);
    expect(failure).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });

  it('with OperationError when the document does not match the schema', async ({ sharedTeam: team, app }) => {
    const updates = connect(app.url, team.owner.token, options).subscribe({
      query: 'subscription ($after: String) { weather(after: $after) { cursor } }',
    });
    expect(await failureOf(updates)).toBeInstanceOf(OperationError);
  });

  it('without an error when the loop is left', async ({ sharedTeam: team, sessionId, psql, app }) => {
    await using proxy = await startProxy(app.url);
    const updates = connect(proxy.url, team.owner.token, options).subscribe({
      ...sessionUpdates(team.id),
      after: await feedCursor(team),
    });
    await rename(psql, sessionId, numbers(1, 3));
    const hungUp = proxy.nextEnd();
    for await (const { cursor } of updates) {
      expect(updates.cursor).toBe(cursor);
      break;
    }
    await hungUp;
    expect(await updates.next()).toEqual({ done: true, value: undefined });
  });

  it('without an error when it is aborted, also while it waits', async ({
    sharedTeam: team,
    sessionId,
    psql,
    app,
  }) => {
    await using proxy = await startProxy(app.url);
    const controller = new AbortController();
    const updates = connect(proxy.url, team.owner.token, options).subscribe({
      ...sessionUpdates(team.id),
      after: await feedCursor(team),
      signal: controller.signal,
    });
    await rename(psql, sessionId, ['to be aborted']);
    await nextNames(updates, 1);
    const next = updates.next();
    const hungUp = proxy.nextEnd();
    controller.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    await hungUp;
  });

  it('without an error when `return` is called while it waits for an event or the server', async ({
    sharedTeam: team,
    sessionId,
    psql,
    app,
  }) => {
    await using proxy = await startProxy(app.url);
    const { onStatus, until } = statusLog<SubscriptionStatus>();
    const muster = connect(proxy.url, team.owner.token, {
      ...options,
      backoff: { initialMs: 3_600_000, maxMs: 3_600_000 },
    });
    const subscribe = async () =>
      muster.subscribe({
        ...sessionUpdates(team.id),
        after: await feedCursor(team),
        onStatus,
      });

    const connected = await subscribe();
    await rename(psql, sessionId, ['to be returned']);
    await nextNames(connected, 1);
    const event = connected.next();
    await connected.return();
    expect(await event).toEqual({ done: true, value: undefined });

    proxy.leadTo(undefined);
    const waiting = await subscribe();
    const never = waiting.next();
    await until('waiting');
    await waiting.return();
    expect(await never).toEqual({ done: true, value: undefined });
  });

  it('without an error when it is returned or aborted while it waits for its token', async ({
    sharedTeam: team,
    app,
  }) => {
    const asked = Promise.withResolvers<void>();
    const token = () => {
      asked.resolve();
      return new Promise<string>(() => {});
    };
    const muster = connect(app.url, '', { ...options, token });
    const returned = muster.subscribe(sessionUpdates(team.id));
    const event = returned.next();
    await asked.promise;
    await returned.return();
    expect(await event).toEqual({ done: true, value: undefined });

    const controller = new AbortController();
    const aborted = muster.subscribe({
      ...sessionUpdates(team.id),
      signal: controller.signal,
    });
    const never = aborted.next();
    controller.abort();
    expect(await never).toEqual({ done: true, value: undefined });
  });

  it('before it connects, when it is returned or aborted before the first `next`', async ({
    sharedTeam: team,
    app,
  }) => {
    await using proxy = await startProxy(app.url);
    const muster = connect(proxy.url, team.owner.token, options);
    const returned = muster.subscribe(sessionUpdates(team.id));
    await returned.return();
    const aborted = muster.subscribe({
      ...sessionUpdates(team.id),
      signal: AbortSignal.abort(),
    });
    expect(await returned.next()).toEqual({ done: true, value: undefined });
    expect(await aborted.next()).toEqual({ done: true, value: undefined });
    expect(proxy.connections()).toBe(0);
  });
});

describe('a subscription to a server that is not Muster', () => {
  it('ends with ProtocolError over Server-Sent Events', async ({ sharedTeam: team, app }) => {
    const muster = connect(`${app.url}/elsewhere`, team.owner.token, { transport: 'sse' });
    const updates = muster.subscribe(sessionUpdates(team.id));
    expect(await failureOf(updates)).toBeInstanceOf(ProtocolError);
  });
});
