/**
 * A server that is too busy to read the objects of an event. It tries for some seconds and then sends the client away,
 * instead of keeping all that the connection waits for.
 */
import { print } from 'graphql';
import { graphql } from '../graphql/gql.ts';
import { openEventStream } from '../support/eventStream.ts';
import { openPsql, uuidOf } from '../support/psql.ts';
import { openSocket } from '../support/rawSocket.ts';
import { expect, test } from '../support/test.ts';
import { WAIT_LIMIT_MS } from '../support/waitLimit.ts';
import { SessionChanged } from './documents.ts';

/** Two connections, which two acts of the organization can hold. */
const DATABASE = { connections: 2, connectionsPerAccount: 2, lockMs: WAIT_LIMIT_MS };

const Rename = graphql(`
  mutation RenameInOverload($sessionId: ID!) {
    renameSession(input: { sessionId: $sessionId, displayName: "Later" }) {
      __typename
    }
  }
`);

const it = test
  .extend('config', { scope: 'file' }, { tuning: { database: DATABASE } })
  /** An organization with an agent, whose token uses the organization's account, and with a session to rename. */
  .extend('stage', async ({ app, team, database, psql }) => {
    const agent = await team.hire();
    const [session, ...busy] = await Promise.all([1, 2, 3].map(() => team.spawn({ agentId: agent.id })));
    const branch = async (name: string) =>
      void (await psql('UPDATE session SET branch = $2 WHERE id = $1', [uuidOf(session?.id ?? ''), name]));
    return {
      agent,
      branch,
      subscribe: { query: print(SessionChanged), variables: { organizationId: team.id } },
      authorization: { authorization: `Bearer ${agent.token}` },
      url: app.url,
      /** Occupies all connections. Returns a function that frees them. */
      async overload(): Promise<() => Promise<void>> {
        const holder = await openPsql(database.url);
        await holder('BEGIN');
        await holder('SELECT FROM session WHERE id = ANY($1::uuid[]) FOR UPDATE', [
          busy.map(({ id }) => uuidOf(id)),
        ]);
        const renaming = busy.map(({ id }) => agent.send(Rename, { sessionId: id }));
        const waiting = () =>
          psql(
            `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
          );
        await expect.poll(waiting).toHaveLength(DATABASE.connections);
        return async () => {
          await holder.close();
          await Promise.all(renaming);
        };
      },
    };
  });

it('closes the WebSocket with 1013, and the client gets the event after its last cursor', async ({
  stage,
}) => {
  const { subscribe, authorization, url, branch, overload } = stage;
  const socket = await openSocket(url, authorization);
  socket.send({ id: '1', type: 'subscribe', payload: subscribe });
  const heartbeat = await socket.next(({ type, payload }) => type === 'ping' && payload !== undefined);
  const free = await overload();
  await branch('unread');
  expect(await socket.next(({ type }) => type === 'next' || type === 'error')).toBeUndefined();
  expect(await socket.closed).toEqual({ code: 1013, reason: 'Try again later' });

  await free();
  const again = await openSocket(url, authorization);
  const heard = heartbeat?.payload as { cursor: string } | undefined;
  const variables = { ...subscribe.variables, after: heard?.cursor };
  const { next } = again.messages({ ...subscribe, variables });
  expect(await next()).toMatchObject({
    type: 'next',
    payload: { data: { sessionChanged: { type: 'SESSION_UPDATED', session: { displayName: null } } } },
  });
  await again.close();
});

it('breaks the event stream without completing it', async ({ stage }) => {
  const { agent, subscribe, url, branch, overload } = stage;
  const stream = await openEventStream(url, agent.token, subscribe);
  expect((await stream.next())?.id).toBeDefined();
  const free = await overload();
  await branch('unread');
  expect((await stream.rest()).filter(({ event }) => event !== undefined)).toEqual([]);
  await free();
});

it('delivers the event when the connections are free again in time', async ({ stage }) => {
  const { subscribe, authorization, url, branch, overload } = stage;
  const socket = await openSocket(url, authorization);
  const { next } = socket.messages(subscribe);
  await socket.next(({ type, payload }) => type === 'ping' && payload !== undefined);
  const free = await overload();
  await branch('read');
  await free();
  expect(await next()).toMatchObject({
    type: 'next',
    payload: { data: { sessionChanged: { type: 'SESSION_UPDATED' } } },
  });
  await socket.close();
});
