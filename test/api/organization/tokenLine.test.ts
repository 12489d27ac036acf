/** What a token passes on to the tokens that are made with it, and who sees the tokens of a person. */
import { globalId } from '../../../src/value/globalId.ts';
import { graphql } from '../../graphql/gql.ts';
import type { CreateTokenInput } from '../../graphql/graphql.ts';
import type { Person, TestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { ChangeMemberRole, CreateToken, RemoveMember, RevokeToken } from '../../support/mutations.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import { outcome, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const OwnTokens = graphql(`
  query OwnTokens {
    viewer {
      tokens {
        totalCount
        nodes {
          id
          label
          revokedAt
          viewerCanRevoke
          organization {
            id
          }
          createdBy {
            id
          }
        }
      }
    }
  }
`);

const TokenNode = graphql(`
  query TokenNode($id: ID!) {
    node(id: $id) {
      ... on Token {
        label
        createdBy {
          id
        }
      }
    }
  }
`);

const UsedTokens = graphql(`
  query UsedTokens($slug: String!, $entityId: ID, $subjectId: ID) {
    organization(slug: $slug) {
      changes(first: 10, entityId: $entityId) {
        nodes {
          tokenId
        }
      }
      structureEvents(subjectId: $subjectId) {
        nodes {
          tokenId
        }
      }
    }
  }
`);

async function make(team: Team, app: TestApp, by: Client, input: Partial<CreateTokenInput> = {}) {
  const { createToken } = await by.query(CreateToken, {
    input: { organizationId: team.id, label: 'made', ...input },
  });
  const { token, secret, requestId } = succeeded(createToken);
  return { ...token, requestId, client: app.client(secret ?? '') };
}

const ownTokens = async (by: Client) => (await by.query(OwnTokens)).viewer.tokens.nodes;
const revoke = async (by: Client, tokenId: string) =>
  (await by.query(RevokeToken, { input: { tokenId } })).revokeToken;
const isGood = async (client: Client) => (await client.raw({ query: '{ __typename }' })).status === 200;
const areGood = async (...made: { client: Client }[]) =>
  await Promise.all(made.map(({ client }) => isGood(client)));
const userOf = ({ userId }: Person) => globalId('User', userId);
const isIn = (ms: number) => new Date(Date.now() + ms).toISOString();

describe('a token', () => {
  it('names the person who created it', async ({ team, app }) => {
    const bob = await team.join('MEMBER');
    const { id } = await make(team, app, team.owner, { userId: userOf(bob) });
    expect((await bob.query(TokenNode, { id })).node).toEqual({
      label: 'made',
      createdBy: { id: userOf(team.owner) },
    });
    expect(await team.changes({ types: ['TOKEN_CREATED'] })).toContainEqual(
      expect.objectContaining({
        entityId: id,
        payload: expect.objectContaining({
          row: expect.objectContaining({ createdBy: userOf(team.owner) }),
        }),
      }),
    );
  });

  it('expires no later than the token that it was made with', async ({ team, app }) => {
    const expiresAt = isIn(3_600_000);
    const maker = await make(team, app, team.owner, { expiresAt });
    expect((await make(team, app, maker.client)).expiresAt).toBe(expiresAt);
    expect((await make(team, app, maker.client, { expiresAt: isIn(7_200_000) })).expiresAt).toBe(expiresAt);
    const sooner = isIn(1_800_000);
    const made = await make(team, app, maker.client, { expiresAt: sooner });
    expect(made.expiresAt).toBe(sooner);
    expect((await make(team, app, made.client)).expiresAt).toBe(sooner);
  });

  it('takes with it what was made with it, and what was made with that', async ({ team, app }) => {
    const bob = await team.join('MEMBER');
    const agent = await team.employ();
    const root = await make(team, app, team.owner);
    const child = await make(team, app, root.client);
    const agents = await make(team, app, child.client, { agentId: agent.id });
    const bobs = await make(team, app, child.client, { userId: userOf(bob) });
    const sibling = await make(team, app, team.owner);
    expect(await areGood(root, child, agents, bobs, sibling)).toEqual([true, true, true, true, true]);

    const { requestId } = succeeded(await revoke(team.owner, root.id));
    expect(await areGood(root, child, agents, bobs, sibling)).toEqual([false, false, false, false, true]);
    const ids = [root, child, agents, bobs].map(({ id }) => id).sort();
    const changes = await team.changes({ requestId });
    expect(changes.map(({ type }) => type)).toEqual(ids.map(() => 'TOKEN_ARCHIVED'));
    expect(changes.map(({ entityId }) => entityId).sort()).toEqual(ids);
    const events = await team.structureEvents('TOKEN_REVOKED');
    expect(events.map(({ subjectId }) => subjectId).sort()).toEqual(ids);
  });

  it('takes along a line of 2,000 tokens, whose length would otherwise protect it', async ({
    team,
    app,
    psql,
  }) => {
    const root = await make(team, app, team.owner);
    const [last] = await psql<{ id: string }>(
      `WITH RECURSIVE line AS (
         SELECT 1 AS n, $1::uuid AS maker, gen_random_uuid() AS id
         UNION ALL SELECT n + 1, id, gen_random_uuid() FROM line WHERE n < 2000
       ), made AS (
         INSERT INTO token (id, organization_id, user_id, label, prefix, hash, created_with_id)
         SELECT id, $2, $3, 'line', 'mst_', encode(sha256(id::text::bytea), 'hex'), maker FROM line ORDER BY n
       )
       SELECT id FROM line ORDER BY n DESC LIMIT 1`,
      [uuidOf(root.id), uuidOf(team.id), team.owner.userId],
    );
    succeeded(await revoke(team.owner, root.id));
    expect(await psql('SELECT FROM token WHERE id = $1 AND revoked_at IS NULL', [last?.id])).toEqual([]);
    expect(await psql(`SELECT FROM token WHERE label = 'line' AND revoked_at IS NULL`)).toEqual([]);
  });

  it('takes along what is made with it at the same moment', async ({ team, app }) => {
    for (let round = 0; round < 5; round += 1) {
      const root = await make(team, app, team.owner);
      const child = await make(team, app, root.client);
      const input = { organizationId: team.id, label: 'raced' };
      const [revoked, ...made] = await Promise.all([
        revoke(team.owner, root.id),
        ...[root, child, root, child].map(async ({ client }) => {
          // A token that is revoked by then gets 401, without a payload.
          const answer = await client.query(CreateToken, { input }).catch(() => undefined);
          return answer?.createToken;
        }),
      ]);
      succeeded(revoked);
      for (const each of made) {
        if (each && hasSucceeded(each)) expect(await isGood(app.client(each.secret ?? ''))).toBe(false);
      }
    }
  });

  it('is revoked with its maker by every program', async ({ team, app, psql }) => {
    const root = await make(team, app, team.owner);
    const child = await make(team, app, root.client);
    await psql('UPDATE token SET revoked_at = now() WHERE id = $1', [uuidOf(root.id)]);
    expect(await isGood(child.client)).toBe(false);
    const insert = `INSERT INTO token (organization_id, user_id, label, prefix, hash, created_with_id)
      SELECT $2, user_id, label, prefix, encode(sha256(gen_random_uuid()::text::bytea), 'hex'), $1 FROM token WHERE id = $1`;
    expect(await outcome(psql, insert, [uuidOf(root.id), uuidOf(team.id)])).toBe('token_maker_check');
    const other = await make(team, app, team.owner);
    expect(await outcome(psql, insert, [uuidOf(other.id), null])).toBe('token_maker_check');
  });
});

describe('a removed member loses', () => {
  it('its tokens and those that it made for others and for agents', async ({ team, app }) => {
    const [ada, bob] = [await team.join('ADMIN'), await team.join('MEMBER')];
    const agent = await team.employ();
    const own = await make(team, app, ada);
    const forBob = await make(team, app, ada, { userId: userOf(bob) });
    const forAgent = await make(team, app, ada, { agentId: agent.id });
    const madeByOwner = await make(team, app, team.owner, { userId: userOf(ada) });
    const bobs = await make(team, app, bob);
    const expired = await make(team, app, ada, { expiresAt: isIn(3_600_000) });
    await app.app.db.prisma.token.update({
      where: { id: uuidOf(expired.id) },
      data: { expiresAt: new Date() },
    });
    const input = { memberId: ada.memberId };
    const removed = succeeded((await team.owner.query(RemoveMember, { input })).removeMember);
    expect(removed.revokedTokens).toBe(4);
    expect(removed.revokedTokenIds.toSorted()).toEqual(
      [own, forBob, forAgent, madeByOwner].map(({ id }) => id).toSorted(),
    );
    expect(await areGood(own, forBob, forAgent, madeByOwner, bobs)).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
    expect(await team.structureEvents('TOKEN_REVOKED')).toHaveLength(5);
  });

  it('no token of another organization', async ({ team, app, createTeam }) => {
    const ada = await team.join('ADMIN');
    const elsewhere = await createTeam(ada);
    const there = await make(elsewhere, app, ada);
    const input = { memberId: ada.memberId };
    succeeded((await team.owner.query(RemoveMember, { input })).removeMember);
    expect(await areGood(there, { client: ada })).toEqual([true, true]);
  });

  it('what it makes at the same moment', async ({ team, app }) => {
    const bob = await team.join('MEMBER');
    for (let round = 0; round < 5; round += 1) {
      const ada = await team.join('ADMIN');
      const input = { organizationId: team.id, userId: userOf(bob), label: 'raced' };
      const [, ...made] = await Promise.all([
        team.owner.query(RemoveMember, { input: { memberId: ada.memberId } }),
        ...[1, 2, 3].map(async () => (await ada.query(CreateToken, { input })).createToken),
      ]);
      for (const each of made) {
        if (hasSucceeded(each)) expect(await isGood(app.client(each.secret ?? ''))).toBe(false);
      }
    }
  });
});

describe('a demoted member', () => {
  it('loses its tokens and those that it made, and keeps its other tokens with the new role', async ({
    team,
    app,
  }) => {
    const [ada, bob] = [await team.join('ADMIN'), await team.join('MEMBER')];
    const own = await make(team, app, ada);
    const forBob = await make(team, app, ada, { userId: userOf(bob) });
    const input = { memberId: ada.memberId, role: 'MEMBER' as const };
    const { requestId } = succeeded((await team.owner.query(ChangeMemberRole, { input })).changeMemberRole);
    expect(await areGood(own, forBob, { client: ada })).toEqual([false, false, true]);
    expect((await team.changes({ requestId })).map(({ type }) => type)).toEqual([
      'MEMBER_UPDATED',
      'TOKEN_ARCHIVED',
      'TOKEN_ARCHIVED',
    ]);
  });
});

describe('Viewer.tokens', () => {
  it('lists the tokens of a person, and those of all its organizations only to such a token', async ({
    team,
    app,
  }) => {
    const bob = await team.join('MEMBER');
    const [login] = await ownTokens(bob);
    expect(login).toMatchObject({ organization: null, createdBy: null, viewerCanRevoke: true });
    const made = await make(team, app, team.owner, { userId: userOf(bob), label: 'by the owner' });
    const others = await make(team, app, team.owner);
    expect((await ownTokens(bob)).map(({ id }) => id)).toEqual([made.id, login?.id]);
    expect(await ownTokens(made.client)).toMatchObject([
      { id: made.id, organization: { id: team.id }, createdBy: { id: userOf(team.owner) } },
    ]);
    const agent = await team.hire();
    expect(await ownTokens(agent)).toMatchObject([{ label: 'agent', viewerCanRevoke: false }]);

    const loginId = login?.id ?? '';
    for (const by of [team.owner, made.client, others.client, agent]) {
      expect((await by.query(TokenNode, { id: loginId })).node).toBeNull();
      expect(refused(await revoke(by, loginId)).code).toBe('NOT_FOUND');
    }
    succeeded(await revoke(bob, loginId));
    expect(await isGood(bob)).toBe(false);
  });

  it('shows a token that works in all organizations to a second one', async ({ team, app, psql }) => {
    const bob = await team.join('MEMBER');
    const [login] = await ownTokens(bob);
    const secret = `mst_${'x'.repeat(20)}${bob.userId}`;
    await psql(
      `INSERT INTO token (user_id, label, prefix, hash) VALUES ($1, 'second', 'mst_xx', encode(sha256($2::bytea), 'hex'))`,
      [bob.userId, secret],
    );
    const second = app.client(secret);
    succeeded(await revoke(second, login?.id ?? ''));
    expect([await isGood(bob), await isGood(second)]).toEqual([false, true]);
    expect((await ownTokens(second)).find(({ id }) => id === login?.id)).toMatchObject({
      revokedAt: expect.any(String),
      viewerCanRevoke: false,
    });
  });
});

describe('the audit', () => {
  it('names the token that was used, in the trail and in the feed', async ({ team, app }) => {
    const [login] = await ownTokens(team.owner);
    const used = await make(team, app, team.owner);
    const made = await make(team, app, used.client);
    await team.changes();
    const tokensFor = async (subjectId: string) => {
      const { organization } = await team.owner.query(UsedTokens, {
        slug: team.slug,
        entityId: subjectId,
        subjectId,
      });
      return [...(organization?.changes.nodes ?? []), ...(organization?.structureEvents.nodes ?? [])].map(
        ({ tokenId }) => tokenId,
      );
    };
    expect(await tokensFor(made.id)).toEqual([used.id, used.id]);
    expect(await tokensFor(used.id)).toEqual([login?.id, login?.id]);
  });

  it('names none for what the operator and other programs do', async ({ team, psql }) => {
    const { organization } = await team.owner.query(UsedTokens, { slug: team.slug, subjectId: team.id });
    expect(organization?.structureEvents.nodes).toEqual([{ tokenId: null }]);
    await psql(`UPDATE project SET name = 'Renamed' WHERE id = $1`, [uuidOf(team.project.id)]);
    await team.changes();
    const read = await team.owner.query(UsedTokens, { slug: team.slug, entityId: team.project.id });
    expect(read.organization?.changes.nodes.at(-1)).toEqual({ tokenId: null });
  });
});
