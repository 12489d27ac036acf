/** Without a good token there is no GraphQL, on either transport. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSecret } from '../../src/auth/secret.ts';
import { newToken } from '../security/cast.ts';
import { uuidOf } from '../support/psql.ts';
import { openSocket } from '../support/rawSocket.ts';
import type { Team } from '../support/team.ts';
import { startWork, type Work } from '../support/work.ts';

let work: Work;
let team: Team;
/** What may stand in the header and is good for nothing. */
const headers: Record<string, string | undefined> = {};

beforeAll(async () => {
  work = await startWork();
  team = await work.createTeam();
  const good = team.owner.token;
  const revoked = await newToken(team, team.owner.userId);
  await work.psql('UPDATE token SET revoked_at = now() WHERE id = $1', [uuidOf(revoked.id)]);
  const expired = await newToken(team, team.owner.userId);
  await work.psql('UPDATE token SET expires_at = now() WHERE id = $1', [uuidOf(expired.id)]);
  const former = await team.join('MEMBER');
  const orphaned = await newToken(team, former.userId);
  await work.psql('UPDATE membership SET removed_at = now() WHERE id = $1', [uuidOf(former.memberId)]);
  const [stored] = await work.psql<{ hash: string }>('SELECT hash FROM token WHERE user_id = $1', [
    team.owner.userId,
  ]);
  Object.assign(headers, {
    'no header': undefined,
    'no token in it': 'Bearer ',
    'no scheme': good,
    'another scheme': `Basic ${good}`,
    'something behind the token': `Bearer ${good} x`,
    'a token that was never issued': `Bearer ${newSecret()}`,
    'the beginning of a token': `Bearer ${good.slice(0, -1)}`,
    'a token in another letter case': `Bearer ${good.toUpperCase()}`,
    'the stored hash of a token': `Bearer ${stored?.hash}`,
    'a revoked token': `Bearer ${revoked.secret}`,
    'an expired token': `Bearer ${expired.secret}`,
    'a token of a former member': `Bearer ${orphaned.secret}`,
  });
});
afterAll(() => work.close());

const CASES = [
  'no header',
  'no token in it',
  'no scheme',
  'another scheme',
  'something behind the token',
  'a token that was never issued',
  'the beginning of a token',
  'a token in another letter case',
  'the stored hash of a token',
  'a revoked token',
  'an expired token',
  'a token of a former member',
];

describe.each(CASES)('%s', (name) => {
  it('is 401 over HTTP, and says which scheme to use, and nothing else', async () => {
    const authorization = headers[name];
    const response = await work.app
      .client()
      .raw({ query: '{ viewer { id } }' }, authorization === undefined ? {} : { authorization });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="muster"');
    expect(await response.json()).toEqual({
      errors: [
        {
          message: 'Send a valid token as `Authorization: Bearer <token>`.',
          extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String) },
        },
      ],
    });
  });

  it('is 4403 over WebSocket', async () => {
    const socket = await openSocket(work.app.url, { authorization: headers[name] });
    expect(await socket.closed).toEqual({ code: 4403, reason: 'Forbidden' });
  });
});

it('comes before everything else: not even what is no GraphQL is told from what is', async () => {
  const stranger = work.app.client();
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

describe('a good token', () => {
  it.each(['Bearer', 'bearer', 'BEARER', 'Bearer  '])('is taken after "%s"', async (scheme) => {
    const authorization = `${scheme} ${team.owner.token}`;
    const response = await work.app.client().raw({ query: '{ viewer { name } }' }, { authorization });
    expect(await response.json()).toEqual({ data: { viewer: { name: 'Ann' } } });
  });

  it.each(['authorization', 'Authorization', 'AUTHORIZATION'])(
    'is taken from `%s` in the connection parameters',
    async (name) => {
      const socket = await openSocket(work.app.url, { [name]: `Bearer ${team.owner.token}` });
      expect(await socket.operation({ query: '{ viewer { name } }' })).toMatchObject([
        { type: 'next', payload: { data: { viewer: { name: 'Ann' } } } },
        { type: 'complete' },
      ]);
      await socket.close();
    },
  );

  it('is refused from the moment of its revocation on, in the middle of a connection', async () => {
    const { id, secret } = await newToken(team, team.owner.userId);
    const client = work.app.client(secret);
    expect((await client.raw({ query: '{ viewer { id } }' })).status).toBe(200);
    const socket = await openSocket(work.app.url, { authorization: `Bearer ${secret}` });
    await work.psql('UPDATE token SET revoked_at = now() WHERE id = $1', [uuidOf(id)]);
    expect((await client.raw({ query: '{ viewer { id } }' })).status).toBe(401);
    expect(await socket.operation({ query: '{ viewer { id } }' })).toEqual([]);
    expect((await socket.closed).code).toBe(4403);
  });
});

it('keeps of a token only its hash', async () => {
  const { secret } = await newToken(team, team.owner.userId);
  const tables = await work.psql<{ name: string }>(
    `SELECT quote_ident(table_name) AS name FROM information_schema.tables
      WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  expect(tables.length).toBeGreaterThan(10);
  for (const { name } of tables) {
    const rows = await work.psql(`SELECT 1 FROM ${name} t WHERE strpos(t::text, $1) > 0`, [secret]);
    expect(rows, `rows of ${name} that hold the secret`).toEqual([]);
  }
});

describe('a good token', () => {
  it('is not kept waiting by whoever holds its row', async () => {
    const { token, userId } = await work.app.signUp('Hal');
    await work.psql('BEGIN');
    await work.psql('SELECT FROM token WHERE user_id = $1 FOR UPDATE', [userId]);
    const answer = await work.app.client(token).raw({ query: '{ viewer { name } }' });
    await work.psql('ROLLBACK');
    expect(await answer.json()).toEqual({ data: { viewer: { name: 'Hal' } } });
  });
});
