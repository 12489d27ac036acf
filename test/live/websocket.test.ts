/** Subscriptions over WebSocket. */
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { graphql } from '../graphql/gql.ts';
import { type Person, startTestApp, type TestApp } from '../support/app.ts';
import { until } from '../support/feed.ts';
import { createWorkplace, payloadOf, type Workplace } from '../support/workplace.ts';
import {
  Changes,
  Claim,
  FeedCursor,
  PrSessionChanged,
  SessionChanged,
  Setup,
  Terminate,
} from './documents.ts';

const CreateToken = graphql(`
  mutation LiveCreateToken($organizationId: ID!, $userId: ID, $expiresAt: DateTime) {
    createToken(
      input: { organizationId: $organizationId, userId: $userId, label: "feed", expiresAt: $expiresAt }
    ) {
      ... on CreateTokenPayload {
        secret
        token {
          id
        }
      }
    }
  }
`);

const RevokeToken = graphql(`
  mutation LiveRevokeToken($tokenId: ID!) {
    revokeToken(input: { tokenId: $tokenId }) {
      __typename
    }
  }
`);

const AddMember = graphql(`
  mutation LiveAddMember($organizationId: ID!, $email: String!) {
    addMember(input: { organizationId: $organizationId, email: $email, name: "Bob", role: MEMBER }) {
      ... on AddMemberPayload {
        member {
          id
          user {
            id
          }
        }
      }
    }
  }
`);

let app: TestApp;
let ann: Person;
let place: Workplace;
let database: pg.Client;

beforeAll(async () => {
  app = await startTestApp();
  ann = await app.signUp('Ann');
  place = await createWorkplace(ann);
  database = new pg.Client({ connectionString: app.app.db.url });
  await database.connect();
});

afterAll(async () => {
  await database.end();
  await app.close();
});

/** Waits until every change so far has its position: a subscription opened then receives none of them. */
async function settled(): Promise<void> {
  await until(async () => (await database.query('SELECT FROM change_outbox LIMIT 1')).rowCount === 0);
}

beforeEach(settled);

describe('a subscriber', () => {
  it('receives each change once, in order, with its actor and request id', async () => {
    const heard = await ann.subscribe(SessionChanged, { organizationId: place.organizationId });
    const { spawnSession } = await ann.query(Setup.spawnSession, { projectId: place.projectId });
    const spawned = payloadOf(spawnSession, 'session');
    const { terminateSession } = await ann.query(Terminate, { sessionId: spawned.session.id });
    const terminated = payloadOf(terminateSession, 'cursor');

    const events = (await heard.events(2)).map(({ sessionChanged }) => sessionChanged);
    expect(events).toMatchObject([
      { type: 'SESSION_CREATED', requestId: spawned.requestId, actor: { kind: 'USER', name: 'Ann' } },
      { type: 'SESSION_UPDATED', requestId: terminated.requestId, session: { isTerminated: true } },
    ]);
    await heard.stop();
  });

  it('receives the changes of other programs, with their database role as actor', async () => {
    const sessionId = await place.spawn();
    await settled();
    const heard = await ann.subscribe(SessionChanged, { organizationId: place.organizationId });
    await database.query(`UPDATE session SET display_name = 'by hand' WHERE id = $1`, [uuidOf(sessionId)]);
    expect((await heard.event()).sessionChanged).toMatchObject({
      type: 'SESSION_UPDATED',
      requestId: null,
      actor: { kind: 'DATABASE', id: null, name: 'postgres' },
      session: { displayName: 'by hand' },
    });
    await heard.stop();
  });

  it('sees three changes of one row, each awaited, as three states', async () => {
    const heard = await ann.subscribe(SessionChanged, { organizationId: place.organizationId });
    const sessionId = await place.spawn();
    await heard.event();
    const shown: unknown[] = [];
    for (const name of ['one', 'two', 'three']) {
      await database.query('UPDATE session SET display_name = $2 WHERE id = $1', [uuidOf(sessionId), name]);
      shown.push((await heard.event()).sessionChanged.session?.displayName);
    }
    expect(shown).toEqual(['one', 'two', 'three']);
    await heard.stop();
  });

  it('to either session of a transfer receives the transfer', async () => {
    const [from, to, bystander] = [await place.spawn(), await place.spawn(), await place.spawn()];
    await ann.query(Claim, { sessionId: from, pr: '11' });
    await settled();
    const { organizationId } = place;
    const lost = await ann.subscribe(PrSessionChanged, { organizationId, sessionId: from });
    const won = await ann.subscribe(PrSessionChanged, { organizationId, sessionId: to });
    const other = await ann.subscribe(PrSessionChanged, { organizationId, sessionId: bystander });
    await ann.query(Claim, { sessionId: to, pr: '11' });
    expect((await lost.event()).prSessionChanged).toMatchObject({ fromSession: { id: from } });
    expect((await won.event()).prSessionChanged).toMatchObject({ toSession: { id: to } });
    await ann.query(Claim, { sessionId: bystander, pr: '11' });
    expect((await other.event()).prSessionChanged).toMatchObject({ fromSession: { id: to } });
    await Promise.all([lost.stop(), won.stop(), other.stop()]);
  });

  it('receives nothing when equal values are written', async () => {
    const sessionId = await place.spawn();
    await settled();
    const heard = await ann.subscribe(SessionChanged, { organizationId: place.organizationId });
    await database.query('UPDATE session SET display_name = display_name WHERE id = $1', [uuidOf(sessionId)]);
    await ann.query(Terminate, { sessionId });
    expect((await heard.event()).sessionChanged).toMatchObject({ session: { isTerminated: true } });
    await heard.stop();
  });
});

describe('a cursor', () => {
  it('of a mutation resumes before the changes of the mutation', async () => {
    const { spawnSession } = await ann.query(Setup.spawnSession, { projectId: place.projectId });
    const { cursor, requestId } = payloadOf(spawnSession, 'session');
    const heard = await ann.subscribe(SessionChanged, {
      organizationId: place.organizationId,
      after: cursor,
    });
    expect((await heard.event()).sessionChanged).toMatchObject({ type: 'SESSION_CREATED', requestId });
    await heard.stop();
  });

  it('of a query resumes before anything that the query does not show', async () => {
    const { organization } = await ann.query(FeedCursor, { slug: place.organizationSlug });
    const shown = organization?.sessions.totalCount ?? 0;
    await place.spawn();
    await place.spawn();
    const heard = await ann.subscribe(SessionChanged, {
      organizationId: place.organizationId,
      after: organization?.feedCursor,
    });
    const events = await heard.events(2);
    expect(events.map(({ sessionChanged }) => sessionChanged.type)).toEqual([
      'SESSION_CREATED',
      'SESSION_CREATED',
    ]);
    const after = await ann.query(FeedCursor, { slug: place.organizationSlug });
    expect(after.organization?.sessions.totalCount).toBe(shown + 2);
    await heard.stop();
  });

  it('of an event resumes with the next event', async () => {
    const { organization } = await ann.query(FeedCursor, { slug: place.organizationSlug });
    const names: (string | undefined)[] = [];
    let after = organization?.feedCursor;
    for (let n = 0; n < 3; n += 1) {
      await place.spawn();
      const heard = await ann.subscribe(SessionChanged, { organizationId: place.organizationId, after });
      const { sessionChanged } = await heard.event();
      names.push(sessionChanged.session?.name);
      after = sessionChanged.cursor;
      await heard.stop();
    }
    expect(new Set(names).size).toBe(3);
  });

  it('that was never issued, or is of another history, is refused in one result', async () => {
    const garbage = await ann.subscribe(Changes, { organizationId: place.organizationId, after: 'garbage' });
    expect(await garbage.next()).toMatchObject({
      errors: [{ extensions: { code: 'INVALID_CURSOR', oldestCursor: expect.any(String) } }],
    });
    expect(await garbage.next()).toBeUndefined();

    // Another installation has another history.
    await using elsewhere = await startTestApp();
    const eve = await elsewhere.signUp('Eve');
    const { organizationId, organizationSlug } = await createWorkplace(eve);
    const { organization } = await ann.query(FeedCursor, { slug: place.organizationSlug });
    const expired = await eve.subscribe(Changes, { organizationId, after: organization?.feedCursor });
    expect(await expired.next()).toMatchObject({
      errors: [{ extensions: { code: 'CURSOR_EXPIRED', oldestCursor: expect.any(String) } }],
    });
    expect(await expired.next()).toBeUndefined();
    expect(organizationSlug).not.toBe(place.organizationSlug);
  });
});

describe('a heartbeat', () => {
  it('is sent as soon as a subscription is live, and its cursor resumes without a gap', async () => {
    const client = app.client(ann.token);
    const heard = await client.subscribe(SessionChanged, { organizationId: place.organizationId });
    const heartbeat = client.heartbeats.at(-1);
    expect(heartbeat).toMatchObject({ cursor: expect.any(String), subscriptions: [expect.any(String)] });
    await heard.stop();
    await place.spawn();
    const resumed = await client.subscribe(SessionChanged, {
      organizationId: place.organizationId,
      after: heartbeat?.cursor,
    });
    expect((await resumed.event()).sessionChanged.type).toBe('SESSION_CREATED');
    await client.close();
  });
});

describe('a WebSocket', () => {
  it('is closed with 4403 without a valid token', async () => {
    for (const authorization of [undefined, 'Bearer nonsense', 'nonsense']) {
      const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      const closed = new Promise<number>((resolve) => socket.on('close', resolve));
      socket.on('open', () =>
        socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } })),
      );
      expect(await closed).toBe(4403);
    }
  });

  it('receives NOT_FOUND for an organization that its viewer is no member of', async () => {
    const stranger = await app.signUp('Eve');
    const heard = await stranger.subscribe(Changes, { organizationId: place.organizationId });
    const refused = await heard.next();
    const madeUp = await stranger.subscribe(Changes, {
      organizationId: Buffer.from('Organization:00000000-0000-7000-8000-000000000000').toString('base64'),
    });
    const unknown = await madeUp.next();
    expect(refused?.errors?.[0]).toMatchObject({ extensions: { code: 'NOT_FOUND' } });
    expect(refused?.errors?.[0]?.message).toBe(unknown?.errors?.[0]?.message);
  });

  it('is closed with 4403 when its token is revoked, in this process and in others', async () => {
    const { createToken } = await ann.query(CreateToken, { organizationId: place.organizationId });
    const { secret, token } = payloadOf(createToken, 'token');
    const other = await app.startAnother();
    const clients = [app.client(secret ?? ''), other.client(secret ?? '')];
    await Promise.all(
      clients.map((client) => client.subscribe(Changes, { organizationId: place.organizationId })),
    );
    await ann.query(RevokeToken, { tokenId: token.id });
    const codes = await Promise.all(clients.map(async (client) => (await client.closed).code));
    expect(codes).toEqual([4403, 4403]);
    await other.close();
  });

  it('is closed with 4403 when its token expires', async () => {
    const { createToken } = await ann.query(CreateToken, {
      organizationId: place.organizationId,
      expiresAt: new Date(Date.now() + 1_500).toISOString(),
    });
    const client = app.client(payloadOf(createToken, 'token').secret ?? '');
    await client.subscribe(Changes, { organizationId: place.organizationId });
    expect((await client.closed).code).toBe(4403);
  });

  it('is closed with 1012 when its role changes, and with 4403 when its membership ends', async () => {
    const bob = await app.signUp('Bob');
    const { addMember } = await ann.query(AddMember, {
      organizationId: place.organizationId,
      email: bob.email,
    });
    const memberId = uuidOf(payloadOf(addMember, 'member').member.id);
    await bob.subscribe(Changes, { organizationId: place.organizationId });
    await database.query(`UPDATE membership SET role = 'ADMIN' WHERE id = $1`, [memberId]);
    expect((await bob.closed).code).toBe(1012);

    const again = app.client(bob.token);
    await again.subscribe(Changes, { organizationId: place.organizationId });
    await database.query('UPDATE membership SET removed_at = now() WHERE id = $1', [memberId]);
    expect((await again.closed).code).toBe(4403);
  });

  it('carries queries and mutations', async () => {
    const client = app.client(ann.token);
    const spawned = await client.subscribe(Setup.spawnSession, { projectId: place.projectId });
    expect(await spawned.event()).toMatchObject({ spawnSession: { session: { name: expect.any(String) } } });
    await client.close();
  });

  it('is closed with 1012 when the server stops', async () => {
    const other = await app.startAnother();
    const client = createUnclosed(other, ann.token);
    await client.subscribe(Changes, { organizationId: place.organizationId });
    await other.app.close();
    expect((await client.closed).code).toBe(1012);
  });
});

/** A client that the app's `close` does not close: the test waits for the server to do it. */
function createUnclosed(testApp: TestApp, token: string) {
  return testApp.client(token);
}

function uuidOf(globalId: string): string {
  return Buffer.from(globalId, 'base64').toString().split(':')[1] ?? '';
}
