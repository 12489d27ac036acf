import { randomUUID } from 'node:crypto';
import { globalId } from '../../../src/value/globalId.ts';
import { graphql } from '../../graphql/gql.ts';
import type { AddMemberInput, MembershipRole } from '../../graphql/graphql.ts';
import type { Client } from '../../support/client.ts';
import { AddMember } from '../../support/mutations.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const InvitationsOf = graphql(`
  query InvitationsOf($slug: String!, $status: InvitationStatus = PENDING) {
    organization(slug: $slug) {
      members {
        totalCount
      }
      invitations(status: $status) {
        totalCount
        nodes {
          ...InvitationFacts
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

async function invitations(team: Team) {
  const { organization } = await team.owner.query(InvitationsOf, { slug: team.slug });
  return organization?.invitations.nodes;
}

describe('addMember', () => {
  it('invites the address, with the role MEMBER by default, and adds nobody yet', async ({ team, psql }) => {
    const email = newEmail();
    const { invitation, requestId } = succeeded(await add(team, { email, name: ' Bob ' }));
    expect(invitation).toEqual({
      id: expect.any(String),
      organization: { slug: team.slug, name: 'Acme' },
      email,
      name: 'Bob',
      role: 'MEMBER',
      status: 'PENDING',
      invitedBy: { id: globalId('User', team.owner.userId) },
      createdAt: expect.any(String),
      endedAt: null,
    });
    expect(await invitations(team)).toEqual([invitation]);
    const { organization } = await team.owner.query(InvitationsOf, { slug: team.slug });
    expect(organization?.members.totalCount).toBe(1);
    expect(await psql('SELECT FROM "user" WHERE email = $1', [email])).toEqual([]);
    expect(await team.changes({ requestId })).toMatchObject([
      {
        type: 'INVITATION_CREATED',
        entityId: invitation.id,
        payload: { row: { email, role: 'MEMBER', status: 'PENDING', endedAt: null } },
      },
    ]);
    expect(await team.structureEvents('MEMBER_INVITED')).toMatchObject([
      { subjectId: invitation.id, requestId, payload: { role: 'MEMBER' } },
    ]);
  });

  it('answers the same for a person whom Muster knows as for a stranger', async ({ team, app }) => {
    const carl = await app.signUp('Carl');
    const answers = [];
    for (const email of [carl.email, newEmail()]) {
      const { invitation } = succeeded(await add(team, { email, name: 'Charles', role: 'ADMIN' }));
      answers.push({ ...invitation, id: '', email: '', createdAt: '' });
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(JSON.stringify(answers)).not.toContain('Carl');
  });

  it('takes the address in any letter case', async ({ team, app }) => {
    const carl = await app.signUp('Carl');
    const { invitation } = succeeded(await add(team, { email: ` ${carl.email.toUpperCase()}\n` }));
    expect(invitation.email).toBe(carl.email);
  });

  it('shows the organization to the invited person only after the acceptance', async ({ team, app }) => {
    const carl = await app.signUp('Carl');
    succeeded(await add(team, { email: carl.email }));
    expect((await carl.query(InvitationsOf, { slug: team.slug })).organization).toBeNull();
  });

  it('invites a removed member again', async ({ team, psql }) => {
    const bob = await team.join('ADMIN');
    await psql('UPDATE membership SET removed_at = now() WHERE id = $1', [uuidOf(bob.memberId)]);
    expect(succeeded(await add(team, { email: bob.email })).invitation.email).toBe(bob.email);
  });

  it('returns the same invitation under the same idempotencyKey', async ({ team }) => {
    const input = { email: newEmail(), idempotencyKey: 'once' };
    const first = succeeded(await add(team, input));
    expect(succeeded(await add(team, input))).toEqual(first);
    expect(await invitations(team)).toHaveLength(1);
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

  it('for the OWNER who invites their own address', async ({ team }) => {
    expect(refused(await add(team, { email: team.owner.email }))).toMatchObject({
      code: 'ALREADY_MEMBER',
      member: { role: 'OWNER' },
    });
  });
});

describe('addMember returns ALREADY_INVITED', () => {
  it('with the open invitation, which it leaves unchanged', async ({ team }) => {
    const email = newEmail();
    const { invitation } = succeeded(await add(team, { email }));
    const before = await team.footprint();
    expect(refused(await add(team, { email, role: 'ADMIN' }))).toMatchObject({
      code: 'ALREADY_INVITED',
      invitation: { id: invitation.id, role: 'MEMBER' },
    });
    expect(await team.footprint()).toEqual(before);
  });

  it('for nine of ten concurrent mutations', async ({ team }) => {
    const email = newEmail();
    const results = await Promise.all(Array.from({ length: 10 }, () => add(team, { email })));
    const winners = results.filter(hasSucceeded).map((each) => succeeded(each));
    expect(winners).toHaveLength(1);
    for (const result of results.filter((each) => !hasSucceeded(each))) {
      expect(refused(result)).toMatchObject({
        code: 'ALREADY_INVITED',
        invitation: { id: winners[0]?.invitation.id },
      });
    }
    expect(await invitations(team)).toHaveLength(1);
  });

  it('not for another organization', async ({ team, createTeam }) => {
    const email = newEmail();
    const other = await createTeam();
    succeeded(await add(team, { email }));
    succeeded(await add(other, { email }));
  });
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
      if (grants[granting].includes(role)) expect(succeeded(result).invitation.role).toBe(role);
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
