import { createHash, randomUUID } from 'node:crypto';
import { globalId } from '../../../src/value/globalId.ts';
import { graphql } from '../../graphql/gql.ts';
import type { CreateTokenInput } from '../../graphql/graphql.ts';
import type { TestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { until } from '../../support/feed.ts';
import { CreateToken } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const Reach = graphql(`
  query Reach {
    viewer {
      user {
        id
      }
      organizations {
        nodes {
          slug
          viewerRole
        }
      }
    }
  }
`);

const TokensOf = graphql(`
  query TokensOf($slug: String!) {
    organization(slug: $slug) {
      tokens {
        nodes {
          id
          label
          prefix
          expiresAt
          lastUsedAt
          revokedAt
        }
      }
    }
  }
`);

async function create(team: Team, input: Partial<CreateTokenInput> = {}, by: Client = team.owner) {
  return (await by.query(CreateToken, { input: { organizationId: team.id, label: 'ci', ...input } }))
    .createToken;
}

/** A created token, and a client that uses it. */
async function created(team: Team, app: TestApp, input: Partial<CreateTokenInput> = {}, by?: Client) {
  const { token, secret, requestId } = succeeded(await create(team, input, by));
  return { token, secret: secret ?? '', requestId, client: app.client(secret ?? '') };
}

const isIn = (ms: number) => new Date(Date.now() + ms).toISOString();
const idOf = ({ userId }: { userId: string }) => globalId('User', userId);

/** The row of a token. */
async function stored(psql: Psql, tokenId: string) {
  const [row] = await psql<Record<string, unknown>>('SELECT * FROM token WHERE id = $1', [uuidOf(tokenId)]);
  return row;
}

async function listed(team: Team, tokenId: string) {
  const { organization } = await team.owner.query(TokensOf, { slug: team.slug });
  return organization?.tokens.nodes.find(({ id }) => id === tokenId);
}

async function expectRefused(client: Client): Promise<void> {
  const response = await client.raw({ query: '{ viewer { id } }' });
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
}

describe('the secret of a token', () => {
  it('is returned at creation, starts with the prefix and is valid at once', async ({ team, app }) => {
    const { token, secret, client } = await created(team, app, { label: ' CI of Rocket ' });
    expect(secret).toMatch(/^mst_[\w-]{43}$/);
    expect(token).toMatchObject({ label: 'CI of Rocket', expiresAt: null, revokedAt: null });
    expect(secret.startsWith(token.prefix)).toBe(true);
    expect(token.prefix.length).toBeLessThanOrEqual(10);
    expect((await client.query(Reach)).viewer.user?.id).toBe(idOf(team.owner));
  });

  it('is different for each token', async ({ team, app }) => {
    const secrets = await Promise.all(
      Array.from({ length: 10 }, async () => (await created(team, app)).secret),
    );
    expect(new Set(secrets).size).toBe(10);
  });

  it('is stored as a hash only', async ({ team, psql, app }) => {
    const { token, secret } = await created(team, app);
    const row = await stored(psql, token.id);
    expect(row?.hash).toBe(createHash('sha256').update(secret).digest('hex'));
    expect(JSON.stringify(row)).not.toContain(secret.slice(token.prefix.length));
  });

  it('is not in the feed or the audit trail, and neither is its hash', async ({ team, app }) => {
    const { token, secret, requestId } = await created(team, app);
    const changes = await team.changes({ requestId });
    expect(changes).toMatchObject([
      { type: 'TOKEN_CREATED', entityId: token.id, payload: { row: { label: 'ci', prefix: token.prefix } } },
    ]);
    const text = JSON.stringify([changes, await team.structureEvents('TOKEN_CREATED')]);
    expect(text).not.toContain(secret.slice(token.prefix.length));
    expect(text).not.toContain(createHash('sha256').update(secret).digest('hex'));
  });
});

describe('a token of an organization', () => {
  it('reaches that organization only, with the role of its user there', async ({ team, app, createTeam }) => {
    const bob = await team.join('ADMIN');
    const elsewhere = await createTeam(bob);
    const { client } = await created(team, app, {}, bob);
    expect((await client.query(Reach)).viewer).toEqual({
      user: { id: idOf(bob) },
      organizations: { nodes: [{ slug: team.slug, viewerRole: 'ADMIN' }] },
    });
    const intoElsewhere = await create(team, { organizationId: elsewhere.id }, client);
    expect(refused(intoElsewhere).code).toBe('NOT_FOUND');
  });

  it('has the current role of its user', async ({ team, psql, app }) => {
    const bob = await team.join('ADMIN');
    const { client } = await created(team, app, {}, bob);
    await psql(`UPDATE membership SET role = 'MEMBER' WHERE id = $1`, [uuidOf(bob.memberId)]);
    expect((await client.query(Reach)).viewer.organizations.nodes).toEqual([
      { slug: team.slug, viewerRole: 'MEMBER' },
    ]);
  });

  it('is refused once its user is removed from the organization', async ({ team, psql, app }) => {
    const bob = await team.join('MEMBER');
    const { client } = await created(team, app, {}, bob);
    await psql('UPDATE membership SET removed_at = now() WHERE id = $1', [uuidOf(bob.memberId)]);
    await expectRefused(client);
  });

  it('is listed newest first', async ({ team, app }) => {
    const [first, second] = [
      await created(team, app, { label: 'first' }),
      await created(team, app, { label: 'second' }),
    ];
    const { organization } = await team.owner.query(TokensOf, { slug: team.slug });
    expect(organization?.tokens.nodes).toMatchObject([
      { id: second.token.id, label: 'second', prefix: second.token.prefix },
      { id: first.token.id, label: 'first', prefix: first.token.prefix },
    ]);
  });
});

describe('createToken for another member', () => {
  it('creates a token that acts as that member', async ({ team, app }) => {
    const bob = await team.join('MEMBER');
    const { token, client } = await created(team, app, { userId: idOf(bob) });
    expect(token.user?.id).toBe(idOf(bob));
    expect((await client.query(Reach)).viewer).toEqual({
      user: { id: idOf(bob) },
      organizations: { nodes: [{ slug: team.slug, viewerRole: 'MEMBER' }] },
    });
  });

  it('is allowed for an ADMIN up to the role ADMIN, and for a MEMBER only for themselves', async ({
    team,
  }) => {
    const [admin, otherAdmin] = [await team.join('ADMIN'), await team.join('ADMIN')];
    const [member, otherMember] = [await team.join('MEMBER'), await team.join('MEMBER')];
    for (const person of [admin, otherAdmin, member])
      succeeded(await create(team, { userId: idOf(person) }, admin));
    succeeded(await create(team, { userId: idOf(member) }, member));
    succeeded(await create(team, { userId: null }, member));

    const before = await team.footprint();
    for (const [by, person] of [
      [admin, team.owner],
      [member, team.owner],
      [member, admin],
      [member, otherMember],
    ] as const) {
      expect(refused(await create(team, { userId: idOf(person) }, by)).code).toBe('FORBIDDEN');
    }
    expect(await team.footprint()).toEqual(before);
  });

  it('returns the same NOT_FOUND for a user who is no member and for an unknown user', async ({
    team,
    psql,
    app,
  }) => {
    const removed = await team.join('MEMBER');
    await psql('UPDATE membership SET removed_at = now() WHERE id = $1', [uuidOf(removed.memberId)]);
    const unknown = refused(await create(team, { userId: globalId('User', randomUUID()) }));
    expect(unknown.code).toBe('NOT_FOUND');
    const eve = await app.signUp('Eve');
    for (const userId of ['', 'garbage', team.project.id, idOf(eve), idOf(removed)]) {
      expect(refused(await create(team, { userId })), userId).toEqual(unknown);
    }
  });
});

describe('expiresAt of a token', () => {
  it('ends the validity of the token', async ({ team, psql, app }) => {
    const expiresAt = isIn(3_600_000);
    const { token, client } = await created(team, app, { expiresAt });
    expect(token.expiresAt).toBe(expiresAt);
    expect((await client.query(Reach)).viewer.user?.id).toBe(idOf(team.owner));
    await psql('UPDATE token SET expires_at = now() WHERE id = $1', [uuidOf(token.id)]);
    await expectRefused(client);
  });

  it.for([0, -1, -3_600_000, -1e12])('must not be %d ms from now', async (ms, { team }) => {
    const before = await team.footprint();
    expect(refused(await create(team, { expiresAt: isIn(ms) }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'expiresAt' }],
    });
    expect(await team.footprint()).toEqual(before);
  });

  it.for(['9999-12-31T23:59:59-12:00', '9999-12-31T00:00:00Z'])(
    'must not be %s, which is beyond the range of DateTime',
    async (expiresAt, { team }) => {
      const before = await team.footprint();
      expect(refused(await create(team, { expiresAt }))).toMatchObject({
        code: 'INVALID_INPUT',
        issues: [{ path: 'expiresAt' }],
      });
      expect(await team.footprint()).toEqual(before);
    },
  );

  it('may be the last time in the range of DateTime', async ({ team, app }) => {
    const { token } = await created(team, app, { expiresAt: '9999-12-30T23:59:59.999Z' });
    expect((await listed(team, token.id))?.expiresAt).toBe('9999-12-30T23:59:59.999Z');
  });

  it('may have passed when createToken is repeated under its idempotencyKey', async ({ team, app }) => {
    const input = { expiresAt: isIn(3_000), idempotencyKey: 'short-lived' };
    const { token } = await created(team, app, input);
    await until(() => Date.now() > Date.parse(input.expiresAt));
    const again = succeeded(await create(team, input));
    expect(again.token.id).toBe(token.id);
    expect(again.secret).toBeNull();
    // Another key is another mutation, for which the time has passed.
    expect(refused(await create(team, { ...input, idempotencyKey: 'another' })).code).toBe('INVALID_INPUT');
    // A viewer without the right gets the error of the input, not the stored result.
    const bob = await team.join('MEMBER');
    expect(refused(await create(team, { ...input, userId: idOf(team.owner) }, bob)).code).toBe(
      'INVALID_INPUT',
    );
  });

  it.for(['tomorrow', '2099-01-01', '2099-02-30T00:00:00Z', '2099-01-01T00:00:00', '', 4_070_908_800_000])(
    'must be a DateTime, not %j',
    async (expiresAt, { team }) => {
      const before = await team.footprint();
      const input = { organizationId: team.id, label: 'ci', expiresAt };
      const response = await team.owner.raw({
        query: 'mutation ($input: CreateTokenInput!) { createToken(input: $input) { __typename } }',
        variables: { input },
      });
      expect(await response.json()).toMatchObject({
        errors: [{ message: expect.stringContaining('expiresAt'), extensions: { code: 'BAD_USER_INPUT' } }],
      });
      expect(await team.footprint()).toEqual(before);
    },
  );

  it('is reported together with the other invalid fields', async ({ team }) => {
    expect(refused(await create(team, { label: '', expiresAt: isIn(-1), idempotencyKey: '' }))).toMatchObject(
      {
        code: 'INVALID_INPUT',
        issues: expect.arrayContaining([
          expect.objectContaining({ path: 'label' }),
          expect.objectContaining({ path: 'expiresAt' }),
          expect.objectContaining({ path: 'idempotencyKey' }),
        ]),
      },
    );
  });
});

describe('lastUsedAt of a token', () => {
  it('is recorded to the minute and causes no change in the feed', async ({ team, psql, app }) => {
    const { token, client } = await created(team, app);
    expect((await listed(team, token.id))?.lastUsedAt).toBeNull();
    const before = await team.changes();

    await client.query(Reach);
    const first = (await listed(team, token.id))?.lastUsedAt;
    expect(Date.parse(first ?? '')).toBeGreaterThan(0);
    await client.query(Reach);
    expect((await listed(team, token.id))?.lastUsedAt).toBe(first);

    await psql(`UPDATE token SET last_used_at = last_used_at - interval '2 minutes' WHERE id = $1`, [
      uuidOf(token.id),
    ]);
    await client.query(Reach);
    expect(Date.parse((await listed(team, token.id))?.lastUsedAt ?? '')).toBeGreaterThanOrEqual(
      Date.parse(first ?? ''),
    );
    // team.changes() creates a token to mark the end of the feed.
    const since = (await team.changes()).slice(before.length);
    expect(since.filter(({ entityId }) => entityId === token.id)).toEqual([]);
  });

  it('stays null when the token is refused', async ({ team, psql, app }) => {
    const { token, client } = await created(team, app, { expiresAt: isIn(3_600_000) });
    await psql('UPDATE token SET expires_at = now() WHERE id = $1', [uuidOf(token.id)]);
    await expectRefused(client);
    expect((await listed(team, token.id))?.lastUsedAt).toBeNull();
  });
});
