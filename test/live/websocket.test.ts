/** Subscriptions over WebSocket. */

import WebSocket from 'ws';
import { graphql } from '../graphql/gql.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { until } from '../support/feed.ts';
import { CreateOrganization } from '../support/mutations.ts';
import { payloadOf, succeeded } from '../support/outcome.ts';
import type { Psql } from '../support/psql.ts';
import { describe, expect, it } from '../support/test.ts';
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

/** Waits until every change so far has its position: a subscription opened then receives none of them. */
async function settled(psql: Psql): Promise<void> {
  await until(async () => (await psql('SELECT FROM change_outbox LIMIT 1')).length === 0);
}

it.beforeEach(async ({ psql }) => {
  await settled(psql);
});

describe('a subscriber', () => {
  it('receives each change once, in order, with its actor and request id', async ({ sharedTeam: team }) => {
    const heard = await team.owner.subscribe(SessionChanged, { organizationId: team.id });
    const { spawnSession } = await team.owner.query(Setup.spawnSession, { projectId: team.project.id });
    const spawned = payloadOf(spawnSession, 'session');
    const { terminateSession } = await team.owner.query(Terminate, { sessionId: spawned.session.id });
    const terminated = payloadOf(terminateSession, 'cursor');

    const events = (await heard.events(2)).map(({ sessionChanged }) => sessionChanged);
    expect(events).toMatchObject([
      { type: 'SESSION_CREATED', requestId: spawned.requestId, actor: { kind: 'USER', name: 'Ann' } },
      { type: 'SESSION_UPDATED', requestId: terminated.requestId, session: { isTerminated: true } },
    ]);
    await heard.stop();
  });

  it('receives the changes of other programs, with their database role as actor', async ({
    sharedTeam: team,
    psql,
  }) => {
    const { id: sessionId } = await team.spawn();
    await settled(psql);
    const heard = await team.owner.subscribe(SessionChanged, { organizationId: team.id });
    await psql(`UPDATE session SET display_name = 'by hand' WHERE id = $1`, [uuidOf(sessionId)]);
    expect((await heard.event()).sessionChanged).toMatchObject({
      type: 'SESSION_UPDATED',
      requestId: null,
      actor: { kind: 'DATABASE', name: 'postgres' },
      session: { displayName: 'by hand' },
    });
    await heard.stop();
  });

  it('sees three changes of one row, each awaited, as three states', async ({ sharedTeam: team, psql }) => {
    const heard = await team.owner.subscribe(SessionChanged, { organizationId: team.id });
    const { id: sessionId } = await team.spawn();
    await heard.event();
    const shown: unknown[] = [];
    for (const name of ['one', 'two', 'three']) {
      await psql('UPDATE session SET display_name = $2 WHERE id = $1', [uuidOf(sessionId), name]);
      shown.push((await heard.event()).sessionChanged.session?.displayName);
    }
    expect(shown).toEqual(['one', 'two', 'three']);
    await heard.stop();
  });

  it('to either session of a transfer receives the transfer', async ({ sharedTeam: team, psql }) => {
    const [from, to, bystander] = [(await team.spawn()).id, (await team.spawn()).id, (await team.spawn()).id];
    team.onGitHub(11);
    await team.owner.query(Claim, { sessionId: from, pr: '11' });
    await settled(psql);
    const organizationId = team.id;
    const lost = await team.owner.subscribe(PrSessionChanged, { organizationId, sessionId: from });
    const won = await team.owner.subscribe(PrSessionChanged, { organizationId, sessionId: to });
    const other = await team.owner.subscribe(PrSessionChanged, { organizationId, sessionId: bystander });
    await team.owner.query(Claim, { sessionId: to, pr: '11' });
    expect((await lost.event()).prSessionChanged).toMatchObject({ fromSession: { id: from } });
    expect((await won.event()).prSessionChanged).toMatchObject({ toSession: { id: to } });
    await team.owner.query(Claim, { sessionId: bystander, pr: '11' });
    expect((await other.event()).prSessionChanged).toMatchObject({ fromSession: { id: to } });
    await Promise.all([lost.stop(), won.stop(), other.stop()]);
  });

  it('receives nothing when equal values are written', async ({ sharedTeam: team, psql }) => {
    const { id: sessionId } = await team.spawn();
    await settled(psql);
    const heard = await team.owner.subscribe(SessionChanged, { organizationId: team.id });
    await psql('UPDATE session SET display_name = display_name WHERE id = $1', [uuidOf(sessionId)]);
    await team.owner.query(Terminate, { sessionId });
    expect((await heard.event()).sessionChanged).toMatchObject({ session: { isTerminated: true } });
    await heard.stop();
  });
});

describe('a cursor', () => {
  it('of a mutation resumes before the changes of the mutation', async ({ sharedTeam: team }) => {
    const { spawnSession } = await team.owner.query(Setup.spawnSession, { projectId: team.project.id });
    const { cursor, requestId } = payloadOf(spawnSession, 'session');
    const heard = await team.owner.subscribe(SessionChanged, {
      organizationId: team.id,
      after: cursor,
    });
    expect((await heard.event()).sessionChanged).toMatchObject({ type: 'SESSION_CREATED', requestId });
    await heard.stop();
  });

  it('of a query resumes before anything that the query does not show', async ({ sharedTeam: team }) => {
    const { organization } = await team.owner.query(FeedCursor, { slug: team.slug });
    const shown = organization?.sessions.totalCount ?? 0;
    await team.spawn();
    await team.spawn();
    const heard = await team.owner.subscribe(SessionChanged, {
      organizationId: team.id,
      after: organization?.feedCursor,
    });
    const events = await heard.events(2);
    expect(events.map(({ sessionChanged }) => sessionChanged.type)).toEqual([
      'SESSION_CREATED',
      'SESSION_CREATED',
    ]);
    const after = await team.owner.query(FeedCursor, { slug: team.slug });
    expect(after.organization?.sessions.totalCount).toBe(shown + 2);
    await heard.stop();
  });

  it('of an event resumes with the next event', async ({ sharedTeam: team }) => {
    const { organization } = await team.owner.query(FeedCursor, { slug: team.slug });
    const names: (string | undefined)[] = [];
    let after = organization?.feedCursor;
    for (let n = 0; n < 3; n += 1) {
      await team.spawn();
      const heard = await team.owner.subscribe(SessionChanged, { organizationId: team.id, after });
      const { sessionChanged } = await heard.event();
      names.push(sessionChanged.session?.name);
      after = sessionChanged.cursor;
      await heard.stop();
    }
    expect(new Set(names).size).toBe(3);
  });

  it('that was never issued, or is of another history, is refused in one result', async ({
    sharedTeam: team,
  }) => {
    const garbage = await team.owner.subscribe(Changes, { organizationId: team.id, after: 'garbage' });
    expect(await garbage.next()).toMatchObject({
      errors: [{ extensions: { code: 'INVALID_CURSOR', oldestCursor: expect.any(String) } }],
    });
    expect(await garbage.next()).toBeUndefined();

    // Another installation has another history.
    await using elsewhere = await startTestApp();
    const eve = await elsewhere.signUp('Eve');
    const { createOrganization } = await eve.query(CreateOrganization, {
      input: { slug: `eves-${Date.now()}`, name: 'Eve' },
    });
    const { id: organizationId, slug: organizationSlug } = succeeded(createOrganization).organization;
    const { organization } = await team.owner.query(FeedCursor, { slug: team.slug });
    const expired = await eve.subscribe(Changes, { organizationId, after: organization?.feedCursor });
    expect(await expired.next()).toMatchObject({
      errors: [{ extensions: { code: 'CURSOR_EXPIRED', oldestCursor: expect.any(String) } }],
    });
    expect(await expired.next()).toBeUndefined();
    expect(organizationSlug).not.toBe(team.slug);
  });
});

describe('a heartbeat', () => {
  it('is sent as soon as a subscription is live, and its cursor resumes without a gap', async ({
    sharedTeam: team,
    app,
  }) => {
    const client = app.client(team.owner.token);
    const heard = await client.subscribe(SessionChanged, { organizationId: team.id });
    const heartbeat = client.heartbeats.at(-1);
    expect(heartbeat).toMatchObject({ cursor: expect.any(String), subscriptions: [expect.any(String)] });
    await heard.stop();
    await team.spawn();
    const resumed = await client.subscribe(SessionChanged, {
      organizationId: team.id,
      after: heartbeat?.cursor,
    });
    expect((await resumed.event()).sessionChanged.type).toBe('SESSION_CREATED');
    await client.close();
  });
});

describe('a WebSocket', () => {
  it('is closed with 4403 without a valid token', async ({ app }) => {
    for (const authorization of [undefined, 'Bearer nonsense', 'nonsense']) {
      const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      const closed = new Promise<number>((resolve) => socket.on('close', resolve));
      socket.on('open', () =>
        socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } })),
      );
      expect(await closed).toBe(4403);
    }
  });

  it('receives NOT_FOUND for an organization that its viewer is no member of', async ({
    sharedTeam: team,
    app,
  }) => {
    const stranger = await app.signUp('Eve');
    const heard = await stranger.subscribe(Changes, { organizationId: team.id });
    const refused = await heard.next();
    const madeUp = await stranger.subscribe(Changes, {
      organizationId: Buffer.from('Organization:00000000-0000-7000-8000-000000000000').toString('base64'),
    });
    const unknown = await madeUp.next();
    expect(refused?.errors?.[0]).toMatchObject({ extensions: { code: 'NOT_FOUND' } });
    expect(refused?.errors?.[0]?.message).toBe(unknown?.errors?.[0]?.message);
  });

  it('is closed with 4403 when its token is revoked, in this process and in others', async ({
    sharedTeam: team,
    app,
  }) => {
    const { createToken } = await team.owner.query(CreateToken, { organizationId: team.id });
    const { secret, token } = payloadOf(createToken, 'token');
    const other = await app.startAnother();
    const clients = [app.client(secret ?? ''), other.client(secret ?? '')];
    await Promise.all(clients.map((client) => client.subscribe(Changes, { organizationId: team.id })));
    await team.owner.query(RevokeToken, { tokenId: token.id });
    const codes = await Promise.all(clients.map(async (client) => (await client.closed).code));
    expect(codes).toEqual([4403, 4403]);
    await other.close();
  });

  it('is closed with 4403 when its token expires', async ({ sharedTeam: team, app }) => {
    const { createToken } = await team.owner.query(CreateToken, {
      organizationId: team.id,
      expiresAt: new Date(Date.now() + 1_500).toISOString(),
    });
    const client = app.client(payloadOf(createToken, 'token').secret ?? '');
    await client.subscribe(Changes, { organizationId: team.id });
    expect((await client.closed).code).toBe(4403);
  });

  it('is closed with 1012 when its role changes, and with 4403 when its membership ends', async ({
    sharedTeam: team,
    psql,
    app,
  }) => {
    const bob = await team.join('MEMBER');
    const memberId = uuidOf(bob.memberId);
    await bob.subscribe(Changes, { organizationId: team.id });
    await psql(`UPDATE membership SET role = 'ADMIN' WHERE id = $1`, [memberId]);
    expect((await bob.closed).code).toBe(1012);

    const again = app.client(bob.token);
    await again.subscribe(Changes, { organizationId: team.id });
    await psql('UPDATE membership SET removed_at = now() WHERE id = $1', [memberId]);
    expect((await again.closed).code).toBe(4403);
  });

  it('carries queries and mutations', async ({ sharedTeam: team, app }) => {
    const client = app.client(team.owner.token);
    const spawned = await client.subscribe(Setup.spawnSession, { projectId: team.project.id });
    expect(await spawned.event()).toMatchObject({ spawnSession: { session: { name: expect.any(String) } } });
    await client.close();
  });

  it('is closed with 1012 when the server stops', async ({ sharedTeam: team, app }) => {
    const other = await app.startAnother();
    const client = createUnclosed(other, team.owner.token);
    await client.subscribe(Changes, { organizationId: team.id });
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
