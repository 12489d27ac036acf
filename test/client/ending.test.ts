/** How a subscription ends: on request without an error, or with a final error. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  AccessDeniedError,
  CursorExpiredError,
  OperationError,
  ProtocolError,
  type SubscriptionStatus,
} from '../../src/client/index.ts';
import { FeedCursor } from '../live/documents.ts';
import { type Person, startTestApp, type TestApp } from '../support/app.ts';
import { CreateToken, RevokeToken } from '../support/mutations.ts';
import { succeeded } from '../support/outcome.ts';
import { startProxy } from '../support/proxy.ts';
import { openPsql, type Psql, uuidOf } from '../support/psql.ts';
import { createWorkplace, type Workplace } from '../support/workplace.ts';
import { connect, nextNames, numbers, rename, sessionUpdates, statusLog, WAYS } from './muster.ts';

let app: TestApp;
let ann: Person;
let place: Workplace;
let psql: Psql;
let sessionId: string;

beforeAll(async () => {
  app = await startTestApp();
  ann = await app.signUp('Ann');
  place = await createWorkplace(ann);
  psql = await openPsql(app.app.db.url);
});

// One session per test, because setting the name that a session has makes no event.
beforeEach(async () => {
  sessionId = await place.spawn();
});

afterAll(async () => {
  await psql.close();
  await app.close();
});

async function feedCursor(): Promise<string> {
  const { organization } = await ann.query(FeedCursor, { slug: place.organizationSlug });
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
  it('with AccessDeniedError when its token is bad', async () => {
    const updates = connect(app.url, 'nonsense', options).subscribe(sessionUpdates(place.organizationId));
    expect(await failureOf(updates)).toBeInstanceOf(AccessDeniedError);
    expect(await updates.next()).toEqual({ done: true, value: undefined });
  });

  it('with AccessDeniedError when its token is revoked, after every earlier event', async () => {
    const { createToken } = await ann.query(CreateToken, {
      input: { organizationId: place.organizationId, label: 'client' },
    });
    const { secret, token } = succeeded(createToken);
    const updates = connect(app.url, secret ?? '', options).subscribe({
      ...sessionUpdates(place.organizationId),
      after: await feedCursor(),
    });
    await rename(psql, sessionId, ['heard', 'heard too']);
    expect(await nextNames(updates, 2)).toEqual(['heard', 'heard too']);
    const failure = failureOf(updates);
    await ann.query(RevokeToken, { input: { tokenId: token.id } });
    expect(await failure).toBeInstanceOf(AccessDeniedError);
  });

  it('with CursorExpiredError when its cursor was never issued', async () => {
    const updates = connect(app.url, ann.token, options).subscribe({
      ...sessionUpdates(place.organizationId),
      after: 'garbage',
    });
    const failure = await failureOf(updates);
    expect(failure).toBeInstanceOf(CursorExpiredError);
    expect(failure).toMatchObject({ code: 'INVALID_CURSOR', oldestCursor: expect.any(String) });
  });

  it('with CursorExpiredError when its cursor expires between two connections', async () => {
    // The same organization in another epoch, as after a restore.
    await using restored = await startTestApp();
    const eve = await restored.signUp('Eve');
    await using database = await openPsql(restored.app.db.url);
    const organization = uuidOf(place.organizationId);
    await database(`INSERT INTO organization (id, slug, name) VALUES ($1, 'acme', 'Acme')`, [organization]);
    await database(`INSERT INTO membership (organization_id, user_id, role) VALUES ($1, $2, 'OWNER')`, [
      organization,
      eve.userId,
    ]);

    await using proxy = await startProxy(app.url);
    let token = ann.token;
    const updates = connect(proxy.url, '', { ...options, token: async () => token }).subscribe({
      ...sessionUpdates(place.organizationId),
      after: await feedCursor(),
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

  it('with OperationError when the server refuses it', async () => {
    const stranger = await app.signUp('Eve');
    const updates = connect(app.url, stranger.token, options).subscribe(sessionUpdates(place.organizationId));
    const failure = await failureOf(updates);
    expect(failure).toBeInstanceOf(OperationError);
    expect(failure).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });

  it('with OperationError when the document does not match the schema', async () => {
    const updates = connect(app.url, ann.token, options).subscribe({
      query: 'subscription ($after: String) { weather(after: $after) { cursor } }',
    });
    expect(await failureOf(updates)).toBeInstanceOf(OperationError);
  });

  it('without an error when the loop is left', async () => {
    await using proxy = await startProxy(app.url);
    const updates = connect(proxy.url, ann.token, options).subscribe({
      ...sessionUpdates(place.organizationId),
      after: await feedCursor(),
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

  it('without an error when it is aborted, also while it waits', async () => {
    await using proxy = await startProxy(app.url);
    const controller = new AbortController();
    const updates = connect(proxy.url, ann.token, options).subscribe({
      ...sessionUpdates(place.organizationId),
      after: await feedCursor(),
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

  it('without an error when `return` is called while it waits for an event or the server', async () => {
    await using proxy = await startProxy(app.url);
    const { onStatus, until } = statusLog<SubscriptionStatus>();
    const muster = connect(proxy.url, ann.token, {
      ...options,
      backoff: { initialMs: 3_600_000, maxMs: 3_600_000 },
    });
    const subscribe = async () =>
      muster.subscribe({ ...sessionUpdates(place.organizationId), after: await feedCursor(), onStatus });

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

  it('without an error when it is returned or aborted while it waits for its token', async () => {
    const asked = Promise.withResolvers<void>();
    const token = () => {
      asked.resolve();
      return new Promise<string>(() => {});
    };
    const muster = connect(app.url, '', { ...options, token });
    const returned = muster.subscribe(sessionUpdates(place.organizationId));
    const event = returned.next();
    await asked.promise;
    await returned.return();
    expect(await event).toEqual({ done: true, value: undefined });

    const controller = new AbortController();
    const aborted = muster.subscribe({
      ...sessionUpdates(place.organizationId),
      signal: controller.signal,
    });
    const never = aborted.next();
    controller.abort();
    expect(await never).toEqual({ done: true, value: undefined });
  });

  it('before it connects, when it is returned or aborted before the first `next`', async () => {
    await using proxy = await startProxy(app.url);
    const muster = connect(proxy.url, ann.token, options);
    const returned = muster.subscribe(sessionUpdates(place.organizationId));
    await returned.return();
    const aborted = muster.subscribe({
      ...sessionUpdates(place.organizationId),
      signal: AbortSignal.abort(),
    });
    expect(await returned.next()).toEqual({ done: true, value: undefined });
    expect(await aborted.next()).toEqual({ done: true, value: undefined });
    expect(proxy.connections()).toBe(0);
  });
});

describe('a subscription to a server that is not Muster', () => {
  it('ends with ProtocolError over Server-Sent Events', async () => {
    const muster = connect(`${app.url}/elsewhere`, ann.token, { transport: 'sse' });
    const updates = muster.subscribe(sessionUpdates(place.organizationId));
    expect(await failureOf(updates)).toBeInstanceOf(ProtocolError);
  });
});
