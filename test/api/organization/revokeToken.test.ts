import { randomUUID } from 'node:crypto';
import { globalId } from '../../../src/value/globalId.ts';
import type { Person, TestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { CreateToken, RevokeToken } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import type { Psql } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

/** A token of a member in the organization of the team, and a client that uses it. */
async function tokenOf(team: Team, app: TestApp, person: Person = team.owner) {
  const input = { organizationId: team.id, label: 'ci', userId: globalId('User', person.userId) };
  const { token, secret } = succeeded((await team.owner.query(CreateToken, { input })).createToken);
  return { ...token, client: app.client(secret ?? '') };
}

/** The id of the token of a user that is valid in all organizations of that user. */
async function personalTokenOf(psql: Psql, { userId }: Person): Promise<string> {
  const [row] = await psql<{ id: string }>(
    'SELECT id FROM token WHERE user_id = $1 AND organization_id IS NULL',
    [userId],
  );
  return globalId('Token', row?.id ?? '');
}

async function revoke(team: Team, tokenId: string, by: Client = team.owner) {
  return (await by.query(RevokeToken, { input: { tokenId } })).revokeToken;
}

const isGood = async (client: Client) => (await client.raw({ query: '{ __typename }' })).status === 200;

describe('a revoked token', () => {
  it('is refused from the next request on, with one change in the feed', async ({ team, app }) => {
    const token = await tokenOf(team, app);
    expect(await isGood(token.client)).toBe(true);
    const revoked = succeeded(await revoke(team, token.id));
    expect(Date.parse(revoked.token.revokedAt ?? '')).toBeGreaterThan(0);
    const response = await token.client.raw({ query: '{ viewer { id } }' });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(await team.changes({ requestId: revoked.requestId })).toMatchObject([
      { type: 'TOKEN_ARCHIVED', entityId: token.id, payload: { changed: ['revokedAt'] } },
    ]);
  });

  it('stays unchanged when it is revoked again', async ({ team, app }) => {
    const token = await tokenOf(team, app);
    const first = succeeded(await revoke(team, token.id));
    const before = await team.footprint();
    expect(succeeded(await revoke(team, token.id)).token).toEqual(first.token);
    expect(await team.footprint()).toEqual(before);
  });

  it('is revoked once by ten concurrent mutations', async ({ team, app }) => {
    const token = await tokenOf(team, app);
    const revoked = await Promise.all(Array.from({ length: 10 }, () => revoke(team, token.id)));
    expect(new Set(revoked.map((each) => succeeded(each).token.revokedAt)).size).toBe(1);
    expect(await team.changes({ types: ['TOKEN_ARCHIVED'] })).toHaveLength(1);
    expect(await team.structureEvents('TOKEN_REVOKED')).toHaveLength(1);
  });

  it('can be the token of the request that revokes it', async ({ team, app }) => {
    const token = await tokenOf(team, app);
    expect(succeeded(await revoke(team, token.id, token.client)).token.id).toBe(token.id);
    expect(await isGood(token.client)).toBe(false);
  });

  it('leaves other tokens valid', async ({ team, app }) => {
    const [token, other] = [await tokenOf(team, app), await tokenOf(team, app)];
    succeeded(await revoke(team, token.id));
    expect([await isGood(other.client), await isGood(team.owner)]).toEqual([true, true]);
  });
});

describe('the right to revoke a token', () => {
  it('covers users up to ADMIN for an ADMIN, and a MEMBER’s own tokens', async ({ team, app }) => {
    const [admin, otherAdmin] = [await team.join('ADMIN'), await team.join('ADMIN')];
    const [member, otherMember] = [await team.join('MEMBER'), await team.join('MEMBER')];
    for (const [by, person] of [
      [team.owner, admin],
      [admin, otherAdmin],
      [admin, member],
      [member, member],
    ] as const) {
      succeeded(await revoke(team, (await tokenOf(team, app, person)).id, by));
    }
    for (const [by, person] of [
      [admin, team.owner],
      [member, team.owner],
      [member, admin],
      [member, otherMember],
    ] as const) {
      const token = await tokenOf(team, app, person);
      const before = await team.footprint();
      expect(refused(await revoke(team, token.id, by)).code).toBe('FORBIDDEN');
      expect(await team.footprint()).toEqual(before);
      expect(await isGood(token.client)).toBe(true);
    }
  });

  it('is none for a user outside the organization, for whom the token is NOT_FOUND', async ({
    team,
    app,
  }) => {
    const eve = await app.signUp('Eve');
    const token = await tokenOf(team, app);
    const unseen = refused(await revoke(team, token.id, eve));
    expect(unseen.code).toBe('NOT_FOUND');
    for (const tokenId of ['', 'garbage', team.id, globalId('Token', randomUUID())]) {
      expect(refused(await revoke(team, tokenId, eve)), tokenId).toEqual(unseen);
    }
    expect(await isGood(token.client)).toBe(true);
  });
});

describe('a token that is valid in all organizations of its user', () => {
  it('can be revoked by its user', async ({ team, psql }) => {
    const bob = await team.join('MEMBER');
    succeeded(await revoke(team, await personalTokenOf(psql, bob), bob));
    expect(await isGood(bob)).toBe(false);
  });

  it('is NOT_FOUND for other users, even the OWNER of one of the organizations', async ({ team, psql }) => {
    const bob = await team.join('MEMBER');
    expect(refused(await revoke(team, await personalTokenOf(psql, bob))).code).toBe('NOT_FOUND');
    expect(await isGood(bob)).toBe(true);
  });

  it('is NOT_FOUND for a token of one organization, whose creator could otherwise lock the user out', async ({
    team,
    psql,
    app,
  }) => {
    const bob = await team.join('MEMBER');
    const { client } = await tokenOf(team, app, bob);
    expect(refused(await revoke(team, await personalTokenOf(psql, bob), client)).code).toBe('NOT_FOUND');
    expect(await isGood(bob)).toBe(true);
  });
});
