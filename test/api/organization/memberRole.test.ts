import { globalId } from '../../../src/value/globalId.ts';
import { graphql } from '../../graphql/gql.ts';
import type { MembershipRole } from '../../graphql/graphql.ts';
import type { Client } from '../../support/client.ts';
import { ChangeMemberRole, CreateToken, RemoveMember } from '../../support/mutations.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const RightsOver = graphql(`
  query RightsOver($slug: String!) {
    organization(slug: $slug) {
      viewerCanAddMember
      viewerCanRegisterProject
      viewerCanHireAgent
      viewerCanSpawnSession
      members {
        nodes {
          id
          role
          viewerCanChangeRole
          viewerCanRemove
        }
      }
      tokens {
        nodes {
          label
          viewerCanRevoke
        }
      }
    }
  }
`);

const changeRole = async (team: Team, memberId: string, role: MembershipRole, by: Client = team.owner) =>
  (await by.query(ChangeMemberRole, { input: { memberId, role } })).changeMemberRole;
const remove = async (team: Team, memberId: string, by: Client = team.owner) =>
  (await by.query(RemoveMember, { input: { memberId } })).removeMember;

async function rights(team: Team, by: Client) {
  const { organization } = await by.query(RightsOver, { slug: team.slug });
  if (!organization) throw new Error('The viewer does not see the organization.');
  return organization;
}

async function ownerId(team: Team): Promise<string> {
  const { members } = await rights(team, team.owner);
  return members.nodes.find(({ role }) => role === 'OWNER')?.id ?? '';
}

describe('changeMemberRole', () => {
  it('changes the role, with one change in the feed and one audit event', async ({ team }) => {
    const bob = await team.join('MEMBER');
    const { member, requestId } = succeeded(await changeRole(team, bob.memberId, 'ADMIN'));
    expect(member).toEqual({ id: bob.memberId, role: 'ADMIN' });
    expect(await team.changes({ requestId })).toMatchObject([
      {
        type: 'MEMBER_UPDATED',
        entityId: bob.memberId,
        payload: { row: { role: 'ADMIN' }, changed: ['role'] },
      },
    ]);
    expect(await team.structureEvents('MEMBER_ROLE_CHANGED')).toMatchObject([
      { subjectId: bob.memberId, requestId, payload: { name: 'Bob', from: 'MEMBER', to: 'ADMIN' } },
    ]);
  });

  it('revokes tokens that a lower role had created for a member who becomes OWNER', async ({ team, app }) => {
    const admin = await team.join('ADMIN');
    const bob = await team.join('MEMBER');
    const input = { organizationId: team.id, userId: globalId('User', bob.userId), label: 'ci' };
    const made = succeeded((await admin.query(CreateToken, { input })).createToken);
    const own = succeeded((await bob.query(CreateToken, { input })).createToken);
    const { requestId, revokedTokenIds } = succeeded(await changeRole(team, bob.memberId, 'OWNER'));
    expect(revokedTokenIds).toEqual([made.token.id]);
    const status = async (secret: string | null | undefined) =>
      (await app.client(secret ?? '').raw({ query: '{ __typename }' })).status;
    expect([await status(made.secret), await status(own.secret)]).toEqual([401, 200]);
    expect((await team.changes({ requestId })).map(({ type }) => type)).toEqual([
      'MEMBER_UPDATED',
      'TOKEN_ARCHIVED',
    ]);
    expect(await team.structureEvents('TOKEN_REVOKED')).toMatchObject([
      { subjectId: made.token.id, requestId },
    ]);
  });

  it('writes nothing when the role is the same', async ({ team }) => {
    const bob = await team.join('MEMBER');
    const before = await team.footprint();
    succeeded(await changeRole(team, bob.memberId, 'MEMBER'));
    expect(await team.footprint()).toEqual(before);
  });

  it('returns LAST_OWNER for the last owner', async ({ team }) => {
    expect(refused(await changeRole(team, await ownerId(team), 'ADMIN')).code).toBe('LAST_OWNER');
    succeeded(await changeRole(team, (await team.join('MEMBER')).memberId, 'OWNER'));
    succeeded(await changeRole(team, (await ownerId(team)) ?? '', 'ADMIN'));
  });

  it('returns NOT_FOUND for a removed member', async ({ team }) => {
    const bob = await team.join('MEMBER');
    succeeded(await remove(team, bob.memberId));
    expect(refused(await changeRole(team, bob.memberId, 'ADMIN')).code).toBe('NOT_FOUND');
  });
});

describe('removeMember', () => {
  it('revokes the tokens of the member and hides the organization from the member', async ({ team, app }) => {
    const bob = await team.join('MEMBER');
    const input = { organizationId: team.id, userId: globalId('User', bob.userId), label: 'ci' };
    const { secret, token } = succeeded((await team.owner.query(CreateToken, { input })).createToken);
    const { member, revokedTokens, revokedTokenIds, requestId } = succeeded(await remove(team, bob.memberId));
    expect(revokedTokens).toBe(1);
    expect(revokedTokenIds).toEqual([token.id]);
    expect(Date.parse(member.removedAt ?? '')).toBeGreaterThan(0);
    expect((await app.client(secret ?? '').raw({ query: '{ __typename }' })).status).toBe(401);
    expect((await bob.query(RightsOver, { slug: team.slug })).organization).toBeNull();
    expect((await team.changes({ requestId })).map(({ type }) => type)).toEqual([
      'MEMBER_ARCHIVED',
      'TOKEN_ARCHIVED',
    ]);
    expect(await team.structureEvents('MEMBER_REMOVED')).toMatchObject([
      { subjectId: bob.memberId, payload: { name: 'Bob', role: 'MEMBER', revokedTokens: 1 } },
    ]);
  });

  it('keeps the agents that the member hired running', async ({ team, app }) => {
    const bob = await team.join('MEMBER');
    const { id: agentId } = await team.employ({}, bob);
    const input = { organizationId: team.id, agentId, label: 'agent' };
    const { secret } = succeeded((await team.owner.query(CreateToken, { input })).createToken);
    succeeded(await remove(team, bob.memberId));
    expect((await app.client(secret ?? '').raw({ query: '{ __typename }' })).status).toBe(200);
  });

  it('writes nothing for a member who is removed already', async ({ team }) => {
    const bob = await team.join('MEMBER');
    const first = succeeded(await remove(team, bob.memberId));
    const before = await team.footprint();
    expect(succeeded(await remove(team, bob.memberId))).toMatchObject({
      member: first.member,
      revokedTokens: 0,
      revokedTokenIds: [],
    });
    expect(await team.footprint()).toEqual(before);
  });

  it('lets members remove themselves, except the last owner', async ({ team }) => {
    const bob = await team.join('MEMBER');
    expect(succeeded(await remove(team, bob.memberId, bob)).member).toMatchObject({ user: { name: 'Bob' } });
    expect(refused(await remove(team, await ownerId(team))).code).toBe('LAST_OWNER');
  });
});

describe('two owners who leave at the same moment', () => {
  it('leave one owner behind, in 15 rounds', async ({ team, psql }) => {
    for (let round = 0; round < 15; round += 1) {
      const mate = await team.join('OWNER');
      const { members } = await rights(team, team.owner);
      const owners = members.nodes.filter(({ role }) => role === 'OWNER').map(({ id }) => id);
      expect(owners).toHaveLength(2);
      const mine = owners.find((id) => id !== mate.memberId) ?? '';
      const outcomes = await Promise.all([
        remove(team, mate.memberId, mate),
        changeRole(team, mine, 'ADMIN', team.owner),
      ]);
      expect(outcomes.filter((outcome) => !hasSucceeded(outcome as never))).toMatchObject([
        { code: 'LAST_OWNER' },
      ]);
      // Restores the one owner of the team.
      await psql(`UPDATE membership SET role = 'OWNER' WHERE id = $1`, [uuidOf(mine)]);
      await psql('UPDATE membership SET removed_at = coalesce(removed_at, now()) WHERE id = $1', [
        uuidOf(mate.memberId),
      ]);
    }
  });
});

describe('the viewerCan fields of an organization, its members and its tokens', () => {
  it('follow the role of the viewer', async ({ team }) => {
    const admin = await team.join('ADMIN', 'Ada');
    const member = await team.join('MEMBER', 'Max');
    const agent = await team.hire({}, member);
    const all = {
      viewerCanAddMember: true,
      viewerCanRegisterProject: true,
      viewerCanHireAgent: true,
      viewerCanSpawnSession: true,
    };
    const none = {
      viewerCanAddMember: false,
      viewerCanRegisterProject: false,
      viewerCanHireAgent: false,
      viewerCanSpawnSession: false,
    };
    const over = async (by: Client) => {
      const { members, tokens, ...own } = await rights(team, by);
      const of = (role: string) => members.nodes.find((each) => each.role === role);
      return {
        own,
        change: ['OWNER', 'ADMIN', 'MEMBER'].map((role) => of(role)?.viewerCanChangeRole),
        remove: ['OWNER', 'ADMIN', 'MEMBER'].map((role) => of(role)?.viewerCanRemove),
        revoke: tokens.nodes.find(({ label }) => label === 'agent')?.viewerCanRevoke,
      };
    };
    expect(await over(team.owner)).toEqual({
      own: all,
      change: [true, true, true],
      remove: [true, true, true],
      revoke: true,
    });
    expect(await over(admin)).toEqual({
      own: all,
      change: [false, true, true],
      remove: [false, true, true],
      revoke: true,
    });
    expect(await over(member)).toEqual({
      own: { ...none, viewerCanHireAgent: true, viewerCanSpawnSession: true },
      change: [false, false, false],
      remove: [false, false, true],
      revoke: true,
    });
    expect(await over(agent)).toEqual({
      own: none,
      change: [false, false, false],
      remove: [false, false, false],
      revoke: false,
    });
  });
});
