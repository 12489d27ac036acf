import { randomUUID } from 'node:crypto';
import { globalId } from '../../../src/globalId.ts';
import { graphql } from '../../graphql/gql.ts';
import type { AddMemberInput, MembershipRole } from '../../graphql/graphql.ts';
import type { Client } from '../../support/client.ts';
import { AddMember } from '../../support/mutations.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const MembersOf = graphql(`
  query MembersOf($slug: String!) {
    organization(slug: $slug) {
      viewerRole
      members {
        nodes {
          id
          role
          user {
            email
          }
        }
      }
    }
  }
`);

const newEmail = () => `bob-${randomUUID()}@example.com`;

async function add(team: Team, input: Partial<AddMemberInput> = {}, by: Client = team.owner) {
  const someone = { organizationId: team.id, email: newEmail(), name: 'Bob' };
  return (await by.query(AddMember, { input: { ...someone, ...input } })).addMember;
}

async function members(team: Team) {
  return (await team.owner.query(MembersOf, { slug: team.slug })).organization?.members.nodes ?? [];
}

describe('addMember for an unknown e-mail address', () => {
  it('creates the user with the given name, and with the role MEMBER by default', async ({ team }) => {
    const email = newEmail();
    const { member, requestId } = succeeded(await add(team, { email, name: ' Bob ' }));
    expect(member).toMatchObject({ role: 'MEMBER', user: { name: 'Bob', email } });
    expect(await members(team)).toContainEqual({ id: member.id, role: 'MEMBER', user: { email } });
    expect(await team.changes({ requestId })).toMatchObject([
      {
        type: 'MEMBER_CREATED',
        entityId: member.id,
        payload: { row: { user: member.user.id, role: 'MEMBER', removedAt: null } },
      },
    ]);
  });

  it('creates one user when five organizations add the address at the same moment', async ({
    team,
    psql,
    createTeam,
  }) => {
    const teams = await Promise.all(Array.from({ length: 5 }, () => createTeam()));
    for (let round = 0; round < 5; round++) {
      const email = newEmail();
      const added = await Promise.all(
        teams.map(({ id, owner }) => add(team, { organizationId: id, email }, owner)),
      );
      expect(new Set(added.map((each) => succeeded(each).member.user.id)).size).toBe(1);
      expect(await psql('SELECT FROM "user" WHERE email = $1', [email])).toHaveLength(1);
    }
  });
});

describe('addMember for an existing user', () => {
  it('finds the user by the e-mail address in any letter case and keeps the name', async ({ team, app }) => {
    const carl = await app.signUp('Carl');
    const { member } = succeeded(
      await add(team, { email: ` ${carl.email.toUpperCase()}\n`, name: 'Charles' }),
    );
    expect(member.user).toEqual({ id: globalId('User', carl.userId), name: 'Carl', email: carl.email });
  });

  it('lets the user see the organization with the same token, in the granted role', async ({ team, app }) => {
    const carl = await app.signUp('Carl');
    expect((await carl.query(MembersOf, { slug: team.slug })).organization).toBeNull();
    succeeded(await add(team, { email: carl.email, role: 'ADMIN' }));
    expect((await carl.query(MembersOf, { slug: team.slug })).organization?.viewerRole).toBe('ADMIN');
  });

  it('adds a removed member again, as a new membership', async ({ team, psql }) => {
    const bob = await team.join('ADMIN');
    await psql('UPDATE membership SET removed_at = now() WHERE id = $1', [uuidOf(bob.memberId)]);
    const { member } = succeeded(await add(team, { email: bob.email }));
    expect(member.id).not.toBe(bob.memberId);
    expect(member.role).toBe('MEMBER');
    expect(await members(team)).toMatchObject([{ id: member.id }, { role: 'OWNER' }]);
  });
});

describe('addMember returns ALREADY_MEMBER', () => {
  it('with the existing membership, which it leaves unchanged', async ({ team }) => {
    const bob = await team.join('ADMIN');
    const before = await team.footprint();
    for (const email of [bob.email, bob.email.toUpperCase()]) {
      expect(refused(await add(team, { email, role: 'MEMBER' }))).toMatchObject({
        code: 'ALREADY_MEMBER',
        member: { id: bob.memberId, role: 'ADMIN' },
      });
    }
    expect(await team.footprint()).toEqual(before);
  });

  it('for the OWNER who adds their own address', async ({ team }) => {
    expect(refused(await add(team, { email: team.owner.email }))).toMatchObject({
      code: 'ALREADY_MEMBER',
      member: { role: 'OWNER' },
    });
  });

  it.for(['new', 'known'])(
    'for nine of ten concurrent mutations that add a %s user',
    async (kind, { team, app }) => {
      const email = kind === 'new' ? newEmail() : (await app.signUp('Carl')).email;
      const results = await Promise.all(Array.from({ length: 10 }, () => add(team, { email })));
      const winners = results.filter(hasSucceeded).map((each) => succeeded(each));
      expect(winners).toHaveLength(1);
      for (const result of results.filter((each) => !hasSucceeded(each))) {
        expect(refused(result)).toMatchObject({
          code: 'ALREADY_MEMBER',
          member: { id: winners[0]?.member.id },
        });
      }
      expect(await members(team)).toHaveLength(2);
      expect(await team.structureEvents('member.added')).toHaveLength(1);
    },
  );
});

describe('the roles that a member may grant', () => {
  const grants: Record<MembershipRole, MembershipRole[]> = {
    OWNER: ['OWNER', 'ADMIN', 'MEMBER'],
    ADMIN: ['ADMIN', 'MEMBER'],
    MEMBER: [],
  };
  const roles = Object.keys(grants) as MembershipRole[];

  it.for(roles)('follow the policy for %s', async (granting, { team }) => {
    const person = await team.join(granting);
    for (const role of roles) {
      const before = await team.footprint();
      const result = await add(team, { role }, person);
      if (grants[granting].includes(role)) expect(succeeded(result).member.role).toBe(role);
      else {
        expect(refused(result).code, role).toBe('FORBIDDEN');
        expect(await team.footprint()).toEqual(before);
      }
    }
  });

  it('are none for a user outside the organization, for whom the organization is NOT_FOUND', async ({
    team,
    app,
  }) => {
    const eve = await app.signUp('Eve');
    const unseen = refused(await add(team, {}, eve));
    expect(unseen.code).toBe('NOT_FOUND');
    for (const organizationId of ['', 'garbage', team.project.id, globalId('Organization', randomUUID())]) {
      expect(refused(await add(team, { organizationId }, eve)), organizationId).toEqual(unseen);
    }
  });

  it('are checked before ALREADY_MEMBER', async ({ team }) => {
    const [admin, member] = [await team.join('ADMIN'), await team.join('MEMBER')];
    expect(refused(await add(team, { email: admin.email }, member)).code).toBe('FORBIDDEN');
    expect(refused(await add(team, { email: member.email, role: 'OWNER' }, admin)).code).toBe('FORBIDDEN');
  });
});

describe('addMember returns INVALID_INPUT', () => {
  it.for([
    '',
    'bob',
    '@',
    'bob@',
    '@example.com',
    'bob@example@com',
    'b ob@example.com',
    'bob@exam\tple.com',
    'bob\u0085@example.com',
    'bob\u00a0@example.com',
    'bob\u200b@example.com',
    'bob\u0000@example.com',
    'bob\ud800@example.com',
    `${'b'.repeat(243)}@example.com`,
  ])('for the e-mail address %j', async (email, { team }) => {
    const before = await team.footprint();
    expect(refused(await add(team, { email }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: expect.arrayContaining([expect.objectContaining({ path: 'email' })]),
    });
    expect(await team.footprint()).toEqual(before);
  });

  it('with every invalid field', async ({ team }) => {
    expect(refused(await add(team, { email: 'bob', name: '' }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'email' }, { path: 'name' }],
    });
  });
});
