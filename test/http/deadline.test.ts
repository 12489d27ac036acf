/** An operation ends when its deadline passes or its client leaves, and with it the statement that it waits for. */
import { openPsql, type Psql, uuidOf } from '../support/psql.ts';
import { type Message, openSocket } from '../support/rawSocket.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, test } from '../support/test.ts';
import { WAIT_LIMIT_MS } from '../support/waitLimit.ts';

const DEADLINE_MS = 1_000;

const it = test
  /** A server whose deadline does not pass during a test. */
  .extend('config', { scope: 'file' }, { runningLimits: { deadlineMs: WAIT_LIMIT_MS } })
  /** A server whose deadline passes soon. What must succeed is asked of the other one. */
  .extend('hasty', { scope: 'file' }, async ({ app }, { onCleanup }) => {
    const hasty = await app.startAnother({ runningLimits: { deadlineMs: DEADLINE_MS } });
    onCleanup(hasty.close);
    return hasty;
  });

const CHECKS = `query($slug: String!) {
  organization(slug: $slug) { slug pullRequests { nodes { checks { totalCount } } } }
}`;
const EXCEEDED = {
  data: null,
  errors: [
    {
      message: 'The operation took longer than 1 s.',
      extensions: { code: 'DEADLINE_EXCEEDED', requestId: expect.any(String) },
    },
  ],
};

/** Runs a test while no other program can read checks of pull requests. */
async function withoutChecks(databaseUrl: string, work: () => Promise<void>): Promise<void> {
  await using other = await openPsql(databaseUrl);
  await other('BEGIN');
  await other('LOCK TABLE pull_request_check IN ACCESS EXCLUSIVE MODE');
  await work();
  await other('ROLLBACK');
}

/** The number of statements of operations that wait for a lock. */
async function waiting(psql: Psql): Promise<number> {
  const rows = await psql(
    `SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'muster' AND wait_event_type = 'Lock'`,
  );
  return rows.length;
}

const slugOf = ({ slug }: Team) => ({ query: CHECKS, variables: { slug } });

describe('an operation that takes longer than its deadline', () => {
  it('is answered DEADLINE_EXCEEDED over HTTP, and its statement is cancelled', async ({
    sharedTeam: team,
    hasty,
    database,
    psql,
  }) => {
    await withoutChecks(database.url, async () => {
      const response = await hasty.client(team.owner.token).raw(slugOf(team));
      expect(await response.json()).toEqual(EXCEEDED);
      await expect.poll(() => waiting(psql)).toBe(0);
    });
    expect(await (await team.owner.raw(slugOf(team))).json()).toMatchObject({
      data: { organization: { slug: team.slug } },
    });
  });

  it('is answered DEADLINE_EXCEEDED over WebSocket, and its statement is cancelled', async ({
    sharedTeam: team,
    hasty,
    database,
    psql,
  }) => {
    const socket = await openSocket(hasty.url, { authorization: `Bearer ${team.owner.token}` });
    await withoutChecks(database.url, async () => {
      const [answer] = await socket.operation(slugOf(team));
      expect(answer?.payload).toEqual(EXCEEDED);
      await expect.poll(() => waiting(psql)).toBe(0);
    });
    await socket.close();
  });

  it('leaves the connections of the pool usable', async ({ sharedTeam: team, hasty, database, psql }) => {
    const client = hasty.client(team.owner.token);
    await withoutChecks(database.url, async () => {
      const responses = await Promise.all(Array.from({ length: 40 }, () => client.raw(slugOf(team))));
      // Those that got no connection in time are BUSY.
      const codes = await Promise.all(
        responses.map(async (response) => (await response.json()).errors[0].extensions.code),
      );
      expect(['BUSY', 'DEADLINE_EXCEEDED']).toEqual(expect.arrayContaining(codes));
      await expect.poll(() => waiting(psql)).toBe(0);
      await expect
        .poll(async () => (await client.raw({ query: '{ viewer { user { name } } }' })).json())
        .toEqual({ data: { viewer: { user: { name: 'Ann' } } } });
    });
  });
});

describe('an operation whose client leaves', () => {
  it('ends over HTTP, with its statement', async ({ sharedTeam: team, app, database, psql }) => {
    await withoutChecks(database.url, async () => {
      const leaving = new AbortController();
      const response = fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${team.owner.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(slugOf(team)),
        signal: leaving.signal,
      });
      await expect.poll(() => waiting(psql)).toBe(1);
      leaving.abort();
      await expect(response).rejects.toThrow('aborted');
      await expect.poll(() => waiting(psql)).toBe(0);
    });
  });

  it('ends over WebSocket, with its statement', async ({ sharedTeam: team, app, database, psql }) => {
    await withoutChecks(database.url, async () => {
      const socket = await openSocket(app.url, { authorization: `Bearer ${team.owner.token}` });
      socket.send({ id: '1', type: 'subscribe', payload: slugOf(team) });
      await expect.poll(() => waiting(psql)).toBe(1);
      await socket.close();
      await expect.poll(() => waiting(psql)).toBe(0);
    });
  });

  it('ends when the client completes it, and the socket stays open', async ({
    sharedTeam: team,
    app,
    database,
    psql,
  }) => {
    await withoutChecks(database.url, async () => {
      const socket = await openSocket(app.url, { authorization: `Bearer ${team.owner.token}` });
      socket.send({ id: '1', type: 'subscribe', payload: slugOf(team) });
      await expect.poll(() => waiting(psql)).toBe(1);
      socket.send({ id: '1', type: 'complete' });
      await expect.poll(() => waiting(psql)).toBe(0);
      const [answer] = await socket.operation({ query: '{ viewer { user { name } } }' });
      expect(answer?.payload).toEqual({ data: { viewer: { user: { name: 'Ann' } } } });
      await socket.close();
    });
  });
});

describe('a mutation', () => {
  const RENAME = `mutation($id: ID!, $name: String!) {
    renameSession(input: { sessionId: $id, displayName: $name }) {
      ... on RenameSessionPayload { session { pullRequests { nodes { checks { totalCount } } } } }
    }
  }`;
  const nameOf = async (psql: Psql, id: string) =>
    (await psql<{ name: string }>('SELECT display_name AS name FROM session WHERE id = $1', [uuidOf(id)]))[0]
      ?.name;

  it('has happened when its answer cannot be read before the deadline', async ({
    sharedTeam: team,
    hasty,
    database,
    psql,
  }) => {
    const { id } = await team.spawn();
    await withoutChecks(database.url, async () => {
      const response = await hasty
        .client(team.owner.token)
        .raw({ query: RENAME, variables: { id, name: 'late' } });
      expect(await response.json()).toMatchObject({
        errors: [{ path: ['renameSession', 'session'], extensions: { code: 'DEADLINE_EXCEEDED' } }],
      });
    });
    expect(await nameOf(psql, id)).toBe('late');
  });

  it('waits longer than the deadline for a row, and then happens', async ({
    sharedTeam: team,
    hasty,
    database,
    psql,
  }) => {
    const { id } = await team.spawn();
    await using other = await openPsql(database.url);
    await other('BEGIN');
    await other('SELECT FROM session WHERE id = $1 FOR UPDATE', [uuidOf(id)]);
    const answer = hasty.client(team.owner.token).raw({ query: RENAME, variables: { id, name: 'waited' } });
    await expect.poll(() => waiting(psql)).toBe(1);
    await other('SELECT pg_sleep($1)', [(1.5 * DEADLINE_MS) / 1_000]);
    await other('COMMIT');
    await answer;
    expect(await nameOf(psql, id)).toBe('waited');
  });

  it('happens as a whole although its client has left', async ({ sharedTeam: team, app, database, psql }) => {
    const { id } = await team.spawn();
    await using other = await openPsql(database.url);
    await other('BEGIN');
    await other('SELECT FROM session WHERE id = $1 FOR UPDATE', [uuidOf(id)]);
    const socket = await openSocket(app.url, { authorization: `Bearer ${team.owner.token}` });
    socket.send({ id: '1', type: 'subscribe', payload: { query: RENAME, variables: { id, name: 'left' } } });
    await expect.poll(() => waiting(psql)).toBe(1);
    await socket.close();
    await other('COMMIT');
    await expect.poll(() => nameOf(psql, id)).toBe('left');
  });
});

describe('an event that takes longer than the deadline', () => {
  it('is delivered as DEADLINE_EXCEEDED, and the stream goes on', async ({
    sharedTeam: team,
    hasty,
    database,
    psql,
  }) => {
    const { id } = await team.spawn();
    await team.changes();
    const socket = await openSocket(hasty.url, { authorization: `Bearer ${team.owner.token}` });
    const events = socket.messages({
      query: `subscription($organizationId: ID!) { sessionChanged(organizationId: $organizationId) {
        session { branch pullRequests { nodes { checks { totalCount } } } } } }`,
      variables: { organizationId: team.id },
    });
    expect(await socket.next(isLive)).toBeDefined();
    const rename = (branch: string) =>
      psql('UPDATE session SET branch = $2 WHERE id = $1', [uuidOf(id), branch]);
    await withoutChecks(database.url, async () => {
      await rename('a');
      expect(await nextEvent(events)).toMatchObject({
        errors: [{ extensions: { code: 'DEADLINE_EXCEEDED' } }],
      });
    });
    let changes = 0;
    await expect
      .poll(async () => {
        changes += 1;
        await rename(`b${changes}`);
        return await nextEvent(events);
      })
      .toMatchObject({ data: { sessionChanged: { session: { pullRequests: { nodes: [] } } } } });
    await socket.close();
  });
});

/** Whether a message is the heartbeat with which a subscription begins. */
const isLive = ({ type, payload }: Message) =>
  type === 'ping' && (payload as { subscriptions: string[] }).subscriptions.length > 0;

async function nextEvent(events: { next(): Promise<Message | undefined> }): Promise<unknown> {
  for (;;) {
    const message = await events.next();
    if (!message || message.type === 'next') return message?.payload;
  }
}
