/** Both transports refuse a request without a valid token before anything else. */

import { newSecret } from '../../src/auth/secret.ts';
import { newToken } from '../security/cast.ts';
import { uuidOf } from '../support/psql.ts';
import { openSocket } from '../support/rawSocket.ts';
import { countStatements } from '../support/statements.ts';
import { describe, expect, it } from '../support/test.ts';

/** Values of the header that authenticate no viewer. */
const headers: Record<string, string | undefined> = {};

it.beforeAll(async ({ sharedTeam: team, psql }) => {
  const good = team.owner.token;
  const revoked = await newToken(team, team.owner.userId);
  await psql('UPDATE token SET revoked_at = now() WHERE id = $1', [uuidOf(revoked.id)]);
  const expired = await newToken(team, team.owner.userId);
  await psql('UPDATE token SET expires_at = now() WHERE id = $1', [uuidOf(expired.id)]);
  const ended = await newToken(team, team.owner.userId);
  await psql('UPDATE token SET revoked_at = now(), expires_at = now() WHERE id = $1', [uuidOf(ended.id)]);
  const former = await team.join('MEMBER');
  const orphaned = await newToken(team, former.userId);
  await psql('UPDATE membership SET removed_at = now() WHERE id = $1', [uuidOf(former.memberId)]);
  const [stored] = await psql<{ hash: string }>('SELECT hash FROM token WHERE user_id = $1', [
    team.owner.userId,
  ]);
  Object.assign(headers, {
    'no header': undefined,
    'a header without a token': 'Bearer ',
    'no scheme': good,
    'another scheme': `Basic ${good}`,
    'a token with text behind it': `Bearer ${good} x`,
    'a token that was never issued': `Bearer ${newSecret()}`,
    'the prefix of a token': `Bearer ${good.slice(0, -1)}`,
    'a token in another letter case': `Bearer ${good.toUpperCase()}`,
    'the stored hash of a token': `Bearer ${stored?.hash}`,
    'a revoked token': `Bearer ${revoked.secret}`,
    'an expired token': `Bearer ${expired.secret}`,
    'the prefix of an expired token': `Bearer ${expired.secret.slice(0, -1)}`,
    'a token that was revoked and then expired': `Bearer ${ended.secret}`,
    'a token of a former member': `Bearer ${orphaned.secret}`,
  });
});

type Reason = 'MISSING' | 'MALFORMED' | 'UNKNOWN' | 'EXPIRED';

const CASES: [name: string, reason: Reason][] = [
  ['no header', 'MISSING'],
  ['a header without a token', 'MALFORMED'],
  ['no scheme', 'MALFORMED'],
  ['another scheme', 'MALFORMED'],
  ['a token with text behind it', 'MALFORMED'],
  ['a token that was never issued', 'UNKNOWN'],
  ['the prefix of a token', 'UNKNOWN'],
  ['a token in another letter case', 'UNKNOWN'],
  ['the stored hash of a token', 'UNKNOWN'],
  ['a revoked token', 'UNKNOWN'],
  ['a token that was revoked and then expired', 'UNKNOWN'],
  ['the prefix of an expired token', 'UNKNOWN'],
  ['an expired token', 'EXPIRED'],
  ['a token of a former member', 'UNKNOWN'],
];

const MESSAGE: Record<Reason, string> = {
  MISSING: 'Send a token as `Authorization: Bearer <token>`.',
  MALFORMED: 'The header `authorization` must have the form `Bearer <token>`.',
  UNKNOWN: 'The token is not valid, or not any more.',
  EXPIRED: 'The token has expired. Create another one.',
};

const CHALLENGE: Record<Reason, string> = {
  MISSING: 'Bearer realm="muster"',
  MALFORMED: 'Bearer realm="muster", error="invalid_request"',
  UNKNOWN: 'Bearer realm="muster", error="invalid_token"',
  EXPIRED: 'Bearer realm="muster", error="invalid_token", error_description="The token has expired."',
};

describe.each(CASES)('%s', (name, reason) => {
  it('is refused over HTTP with 401, the scheme to use and the reason', async ({ app }) => {
    const authorization = headers[name];
    const response = await app
      .client()
      .raw({ query: '{ viewer { id } }' }, authorization === undefined ? {} : { authorization });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(CHALLENGE[reason]);
    expect(await response.json()).toEqual({
      errors: [
        {
          message: MESSAGE[reason],
          extensions: { code: 'UNAUTHENTICATED', reason, requestId: expect.any(String) },
        },
      ],
    });
  });

  it('is refused over WebSocket with 4403', async ({ app }) => {
    const socket = await openSocket(app.url, { authorization: headers[name] });
    expect(await socket.closed).toEqual({ code: 4403, reason: 'Forbidden' });
  });
});

it('authentication comes first: without a token, a malformed request gets the same answer as a valid one', async ({
  app,
}) => {
  const stranger = app.client();
  const bodies = [
    '',
    '{',
    '{"query":"{"}',
    '{"query":"{ nope }"}',
    '{"query":"{ __schema { types { name } } }"}',
  ];
  const answers = await Promise.all(
    bodies.map(async (body) => {
      const response = await stranger.raw(body);
      return `${response.status} ${(await response.text()).replace(/"requestId":"[^"]+"/, '')}`;
    }),
  );
  expect([...new Set(answers)]).toEqual([expect.stringMatching(/^401 .*UNAUTHENTICATED/)]);
});

describe('a valid token', () => {
  it.for(['Bearer', 'bearer', 'BEARER', 'Bearer  '])(
    'is accepted after the scheme "%s"',
    async (scheme, { sharedTeam: team, app }) => {
      const authorization = `${scheme} ${team.owner.token}`;
      const response = await app.client().raw({ query: '{ viewer { name } }' }, { authorization });
      expect(await response.json()).toEqual({ data: { viewer: { name: 'Ann' } } });
    },
  );

  it.for(['authorization', 'Authorization', 'AUTHORIZATION'])(
    'is accepted as `%s` in the connection parameters',
    async (name, { sharedTeam: team, app }) => {
      const socket = await openSocket(app.url, { [name]: `Bearer ${team.owner.token}` });
      expect(await socket.operation({ query: '{ viewer { name } }' })).toMatchObject([
        { type: 'next', payload: { data: { viewer: { name: 'Ann' } } } },
        { type: 'complete' },
      ]);
      await socket.close();
    },
  );

  it('is refused within an open connection once it is revoked', async ({ sharedTeam: team, psql, app }) => {
    const { id, secret } = await newToken(team, team.owner.userId);
    const client = app.client(secret);
    expect((await client.raw({ query: '{ viewer { id } }' })).status).toBe(200);
    const socket = await openSocket(app.url, { authorization: `Bearer ${secret}` });
    await psql('UPDATE token SET revoked_at = now() WHERE id = $1', [uuidOf(id)]);
    expect((await client.raw({ query: '{ viewer { id } }' })).status).toBe(401);
    expect(await socket.operation({ query: '{ viewer { id } }' })).toEqual([]);
    expect((await socket.closed).code).toBe(4403);
  });
});

it('the database stores only the hash of a token', async ({ sharedTeam: team, psql }) => {
  const { secret } = await newToken(team, team.owner.userId);
  const tables = await psql<{ name: string }>(
    `SELECT quote_ident(table_name) AS name FROM information_schema.tables
      WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  expect(tables.length).toBeGreaterThan(10);
  for (const { name } of tables) {
    const rows = await psql(`SELECT 1 FROM ${name} t WHERE strpos(t::text, $1) > 0`, [secret]);
    expect(rows, `rows of ${name} that hold the secret`).toEqual([]);
  }
});

it('operations that arrive together share the statement that authenticates them', async ({
  sharedTeam: team,
  app,
  database,
}) => {
  const socket = await openSocket(app.url, { authorization: `Bearer ${team.owner.token}` });
  const counted = countStatements(database.url);
  const payload = { query: '{ viewer { name } }' };
  for (let n = 0; n < 10; n += 1) socket.send({ id: `${n}`, type: 'subscribe', payload });
  for (let n = 0; n < 10; n += 1) {
    const answer = await socket.next(({ type }) => type === 'next');
    expect(answer).toMatchObject({ payload: { data: { viewer: { name: 'Ann' } } } });
  }
  counted.stop();
  await socket.close();
  expect(counted.authentications()).toBeLessThan(10);
});

describe('a valid token', () => {
  it('is authenticated while another transaction locks its row', async ({ psql, app }) => {
    const { token, userId } = await app.signUp('Hal');
    await psql('BEGIN');
    await psql('SELECT FROM token WHERE user_id = $1 FOR UPDATE', [userId]);
    const answer = await app.client(token).raw({ query: '{ viewer { name } }' });
    await psql('ROLLBACK');
    expect(await answer.json()).toEqual({ data: { viewer: { name: 'Hal' } } });
  });
});
