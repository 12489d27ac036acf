/** What is only busy is BUSY, and nothing has happened. What one organization does leaves room for the others. */
import type { ExecutionResult } from 'graphql';
import { graphql } from '../../graphql/gql.ts';
import type { Client } from '../../support/client.ts';
import { openPsql, type Psql, uuidOf } from '../../support/psql.ts';
import { describe, expect, test } from '../../support/test.ts';
import { WAIT_LIMIT_MS } from '../../support/waitLimit.ts';

/** Few connections, of which one organization gets three, and a short patience. */
const LIMITS = { connections: 4, connectionsPerAccount: 3, waitMs: 2_000, lockMs: 1_000 };

const it = test.extend('config', { scope: 'file' }, { tuning: { database: LIMITS } });

/** The transactions that wait for a lock. */
const WAITING = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;

const Rename = graphql(`
  mutation RenameWhenBusy($sessionId: ID!, $displayName: String!) {
    renameSession(input: { sessionId: $sessionId, displayName: $displayName }) {
      __typename
    }
  }
`);

const Name = graphql(`
  query NameWhenBusy($id: ID!) {
    node(id: $id) {
      ... on Session {
        displayName
      }
    }
  }
`);

const Viewer = graphql(`
  query ViewerWhenBusy {
    viewer {
      name
    }
  }
`);

/** Holds rows of a session like another program, until it is disposed of. */
async function holding(url: string, sessionIds: string[]): Promise<Psql> {
  const psql = await openPsql(url);
  await psql('BEGIN');
  await psql('SELECT FROM session WHERE id = ANY($1::uuid[]) FOR UPDATE', [sessionIds.map(uuidOf)]);
  return psql;
}

const rename = (by: Client, sessionId: string, displayName: string) =>
  by.send(Rename, { sessionId, displayName });

const codeOf = ({ data, errors }: ExecutionResult<object>) =>
  errors?.[0]?.extensions?.code ?? Object.values(data ?? {}).map(({ __typename }) => __typename)[0];

describe('an act on a row that another program holds', () => {
  it('is BUSY when the lock is not had in time, and nothing has happened', async ({ team, database }) => {
    const { id } = await team.spawn();
    const before = await team.footprint();
    await using _holder = await holding(database.url, [id]);
    const { errors } = await rename(team.owner, id, 'Busy');
    expect(errors).toEqual([
      {
        message: 'The server is busy. Nothing has happened: try again in a moment.',
        locations: expect.any(Array),
        path: ['renameSession'],
        extensions: { code: 'BUSY', retryAfterSeconds: expect.any(Number), requestId: expect.any(String) },
      },
    ]);
    expect(await team.footprint()).toEqual(before);
  });

  it('succeeds when the row is given back in time', async ({ team, database, psql }) => {
    const { id } = await team.spawn();
    const holder = await holding(database.url, [id]);
    const renaming = rename(team.owner, id, 'Patient');
    await expect.poll(() => psql(WAITING)).toHaveLength(1);
    await holder.close();
    expect(codeOf(await renaming)).toBe('RenameSessionPayload');
  });

  it('keeps one connection, however many acts wait for the row', async ({ team, database, psql }) => {
    const { id } = await team.spawn();
    const holder = await holding(database.url, [id]);
    const renaming = Promise.all(Array.from({ length: 30 }, (_, at) => rename(team.owner, id, `Name ${at}`)));
    await expect.poll(() => psql(WAITING)).toHaveLength(1);
    // Reads and other acts of the organization go on meanwhile.
    expect(await team.owner.query(Viewer)).toEqual({ viewer: { name: 'Ann' } });
    expect((await team.spawn()).num).toBe(2);
    expect((await psql(WAITING)).length).toBeLessThanOrEqual(1);
    await holder.close();
    const codes = (await renaming).map(codeOf);
    expect(codes.filter((code) => code !== 'RenameSessionPayload' && code !== 'BUSY')).toEqual([]);
  });
});

describe('when all connections of an organization are in use', () => {
  /** Acts of one organization hold its connections until the rows are given back. */
  const full = it.extend('full', async ({ app, team, database, psql }, { onCleanup }) => {
    // A server whose acts wait for their locks for as long as the test needs.
    const server = await app.startAnother({ tuning: { database: { ...LIMITS, lockMs: WAIT_LIMIT_MS } } });
    const agent = await team.hire();
    const sessionIds = (await Promise.all([1, 2, 3, 4].map(() => team.spawn({ agentId: agent.id })))).map(
      ({ id }) => id,
    );
    const holder = await holding(database.url, sessionIds);
    const acting = server.client(agent.token);
    const renaming = Promise.all(sessionIds.map((id) => rename(acting, id, 'Later')));
    await expect.poll(() => psql(WAITING)).toHaveLength(LIMITS.connectionsPerAccount);
    onCleanup(async () => {
      await renaming;
      await server.close();
    });
    return { server, acting, holder, renaming, sessionId: sessionIds[0] ?? '' };
  });

  full(
    'another organization works, tokens are readable and the server is ready',
    async ({ full: { server, acting, holder, renaming, sessionId }, createTeam }) => {
      const other = (await createTeam()).at(server.url);
      expect(await other.owner.query(Viewer)).toEqual({ viewer: { name: 'Ann' } });
      expect((await other.spawn()).num).toBe(1);
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
      expect((await server.client('mst_made-up').raw({ query: '{ viewer { name } }' })).status).toBe(401);
      expect(codeOf(await acting.send(Viewer))).toBeUndefined();

      await holder.close();
      const codes = (await renaming).map(codeOf);
      expect(codes.filter((code) => code === 'RenameSessionPayload').length).toBeGreaterThanOrEqual(3);
      expect(codes.filter((code) => code !== 'RenameSessionPayload' && code !== 'BUSY')).toEqual([]);
      expect(codeOf(await rename(acting, sessionId, 'Now'))).toBe('RenameSessionPayload');
    },
  );

  full('its reads are BUSY after a while', async ({ full: { acting, holder, renaming, sessionId } }) => {
    const { data, errors } = await acting.send(Name, { id: sessionId });
    expect(data).toEqual({ node: null });
    expect(errors).toMatchObject([
      { path: ['node'], extensions: { code: 'BUSY', retryAfterSeconds: expect.any(Number) } },
    ]);
    await holder.close();
    await renaming;
    expect(codeOf(await rename(acting, sessionId, 'Now'))).toBe('RenameSessionPayload');
    expect(await acting.query(Name, { id: sessionId })).toEqual({ node: { displayName: 'Now' } });
  });
});
