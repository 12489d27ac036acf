import { randomUUID } from 'node:crypto';
import { addMemberAtOnce } from '../../../src/services/organization/addMemberAtOnce.ts';
import { globalId } from '../../../src/value/globalId.ts';
import { graphql } from '../../graphql/gql.ts';
import type { AddMemberInput } from '../../graphql/graphql.ts';
import type { Person, TestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import {
  AcceptInvitation,
  AddMember,
  ChangeMemberRole,
  CreateToken,
  DeclineInvitation,
  RemoveMember,
  WithdrawInvitation,
} from '../../support/mutations.ts';
import { asOperator } from '../../support/operator.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import { createPerson } from '../../support/person.ts';
import { outcome, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, test } from '../../support/test.ts';

const OwnInvitations = graphql(`
  query OwnInvitations {
    viewer {
      invitations {
        totalCount
        nodes {
          ...InvitationFacts
          viewerCanAnswer
          viewerCanWithdraw
        }
      }
    }
  }
`);

const InvitationNode = graphql(`
  query InvitationNode($id: ID!) {
    node(id: $id) {
      ... on Invitation {
        email
        status
        viewerCanAnswer
        viewerCanWithdraw
      }
    }
  }
`);

const AcceptAndLook = graphql(`
  mutation AcceptAndLook($input: AcceptInvitationInput!) {
    acceptInvitation(input: $input) {
      ... on AcceptInvitationPayload {
        member {
          viewerCanRemove
        }
      }
    }
  }
`);

const Role = graphql(`
  query Role($slug: String!) {
    organization(slug: $slug) {
      viewerRole
    }
  }
`);

const it = test
  .extend('carl', async ({ app }) => await app.signUp('Carl'))
  /** An invitation of Carl. */
  .extend('invitation', async ({ team, carl }) => await invite(team, { email: carl.email, name: 'Charles' }));

async function invite(
  team: Team,
  input: Pick<AddMemberInput, 'email'> & Partial<AddMemberInput>,
  by?: Client,
) {
  const { addMember } = await (by ?? team.owner).query(AddMember, {
    input: { organizationId: team.id, name: 'Carl', ...input },
  });
  return succeeded(addMember).invitation;
}

const accept = async (by: Client, invitationId: string, idempotencyKey?: string) =>
  (await by.query(AcceptInvitation, { input: { invitationId, idempotencyKey } })).acceptInvitation;
const decline = async (by: Client, invitationId: string) =>
  (await by.query(DeclineInvitation, { input: { invitationId } })).declineInvitation;
const withdraw = async (by: Client, invitationId: string) =>
  (await by.query(WithdrawInvitation, { input: { invitationId } })).withdrawInvitation;
const ownInvitations = async (by: Client) => (await by.query(OwnInvitations)).viewer.invitations;
const nodeFor = async (by: Client, id: string) => (await by.query(InvitationNode, { id })).node;
const roleIn = async (team: Team, by: Client) =>
  (await by.query(Role, { slug: team.slug })).organization?.viewerRole;

/** A client with a token of one person for one organization, made by its owner. */
async function limitedClient(team: Team, app: TestApp, { userId }: Person): Promise<Client> {
  const input = { organizationId: team.id, userId: globalId('User', userId), label: 'limited' };
  return app.client(succeeded((await team.owner.query(CreateToken, { input })).createToken).secret ?? '');
}

describe('an invitation', () => {
  it('is listed for the invited person, with what that person needs to decide', async ({
    carl,
    invitation,
    team,
  }) => {
    const { nodes, totalCount } = await ownInvitations(carl);
    expect(totalCount).toBe(1);
    expect(nodes).toEqual([{ ...invitation, viewerCanAnswer: true, viewerCanWithdraw: false }]);
    expect(nodes[0]?.organization).toEqual({ slug: team.slug, name: 'Acme' });
  });

  it('waits for the person who gets the address later', async ({ team, app }) => {
    const name = `later-${randomUUID()}`;
    const account = await createPerson(app.app.db, name);
    // The address was invited before anybody had it.
    const unknown = `${randomUUID()}@example.com`;
    const { id } = await invite(team, { email: unknown });
    await app.app.db.prisma.user.update({ where: { id: account.userId }, data: { email: unknown } });
    const person = app.client(account.token);
    expect((await ownInvitations(person)).nodes).toMatchObject([{ id }]);
    expect(succeeded(await accept(person, id)).member.role).toBe('MEMBER');
  });

  it('is hidden from everybody else', async ({ team, app, createTeam, invitation }) => {
    const eve = await app.signUp('Eve');
    expect((await ownInvitations(eve)).totalCount).toBe(0);
    expect(await nodeFor(eve, invitation.id)).toBeNull();
    const { owner } = await createTeam();
    const unseen = refused(await accept(owner, invitation.id));
    expect(unseen.code).toBe('NOT_FOUND');
    for (const id of ['', 'garbage', team.id, globalId('Invitation', randomUUID())]) {
      expect(refused(await accept(eve, id)), id).toEqual(unseen);
    }
  });

  it('is hidden from a token of another organization, whose creator could otherwise answer it', async ({
    app,
    carl,
    createTeam,
    invitation,
  }) => {
    const limited = await limitedClient(await createTeam(carl), app, carl);
    expect((await ownInvitations(limited)).totalCount).toBe(0);
    expect(await nodeFor(limited, invitation.id)).toBeNull();
    for (const answer of [accept, decline]) {
      expect(refused(await answer(limited, invitation.id)).code).toBe('NOT_FOUND');
    }
  });

  it('can be answered by nobody but the invited person', async ({ team, invitation }) => {
    const [admin, member] = [await team.join('ADMIN'), await team.join('MEMBER')];
    const agent = await team.hire();
    const before = await team.footprint();
    for (const by of [team.owner, admin, member, agent]) {
      expect(await nodeFor(by, invitation.id)).toMatchObject({ status: 'PENDING', viewerCanAnswer: false });
      for (const answer of [accept, decline]) {
        expect(refused(await answer(by, invitation.id)).code).toBe('FORBIDDEN');
      }
    }
    expect(await team.footprint()).toEqual(before);
  });
});

describe('acceptInvitation', () => {
  it('makes the person a member under the name that the organization gave', async ({
    team,
    carl,
    invitation,
  }) => {
    const accepted = succeeded(await accept(carl, invitation.id));
    expect(accepted.member).toEqual({
      id: expect.any(String),
      role: 'MEMBER',
      name: 'Charles',
      user: { id: globalId('User', carl.userId), name: 'Carl', email: carl.email },
    });
    expect(accepted.invitation).toMatchObject({ status: 'ACCEPTED', endedAt: expect.any(String) });
    expect(await roleIn(team, carl)).toBe('MEMBER');
    expect((await ownInvitations(carl)).totalCount).toBe(0);
    expect(await team.changes({ requestId: accepted.requestId })).toMatchObject([
      { type: 'INVITATION_ARCHIVED', entityId: invitation.id, payload: { changed: ['endedAt', 'status'] } },
      { type: 'MEMBER_CREATED', entityId: accepted.member.id, payload: { row: { name: 'Charles' } } },
    ]);
    expect(await team.structureEvents('MEMBER_ADDED')).toMatchObject([
      {
        subjectId: accepted.member.id,
        requestId: accepted.requestId,
        payload: { name: 'Charles', role: 'MEMBER' },
        actor: { kind: 'USER', user: { id: globalId('User', carl.userId) } },
      },
    ]);
  });

  it('keeps the name from other organizations', async ({ createTeam, carl, invitation }) => {
    const other = await createTeam();
    const { id } = await invite(other, { email: carl.email, name: 'Carlo' });
    expect(succeeded(await accept(carl, id)).member.name).toBe('Carlo');
    expect(succeeded(await accept(carl, invitation.id)).member).toMatchObject({
      name: 'Charles',
      user: { name: 'Carl' },
    });
  });

  it('lets the same operation see the organization', async ({ carl, invitation }) => {
    const { acceptInvitation } = await carl.query(AcceptAndLook, { input: { invitationId: invitation.id } });
    expect(acceptInvitation).toEqual({ member: { viewerCanRemove: true } });
  });

  it('succeeds once among ten concurrent answers', async ({ team, carl, invitation }) => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        at % 2 ? accept(carl, invitation.id) : decline(carl, invitation.id),
      ),
    );
    expect(answers.filter((each) => hasSucceeded(each as { __typename: string }))).toHaveLength(1);
    const ended = (await team.changes()).filter(({ type }) => type === 'INVITATION_ARCHIVED');
    expect(ended).toHaveLength(1);
  });

  it('returns the same membership under the same idempotencyKey', async ({ team, carl, invitation }) => {
    const first = succeeded(await accept(carl, invitation.id, 'once'));
    const again = await Promise.all([1, 2].map(() => accept(carl, invitation.id, 'once')));
    expect(again.map((each) => succeeded(each).member)).toEqual([first.member, first.member]);
    expect(await team.structureEvents('MEMBER_ADDED')).toHaveLength(1);
  });

  it('returns INVITATION_ENDED for an accepted one, and a removed member cannot use it again', async ({
    team,
    carl,
    invitation,
  }) => {
    const { member } = succeeded(await accept(carl, invitation.id));
    expect(refused(await accept(carl, invitation.id))).toMatchObject({
      code: 'INVITATION_ENDED',
      status: 'ACCEPTED',
    });
    succeeded((await team.owner.query(RemoveMember, { input: { memberId: member.id } })).removeMember);
    expect(refused(await accept(carl, invitation.id)).code).toBe('NOT_FOUND');
    expect(await roleIn(team, carl)).toBeUndefined();
  });

  it('is not needed for a person whom the operator adds at once', async ({ team, app, carl, invitation }) => {
    await asOperator(app.app.db, (tx, author) =>
      addMemberAtOnce(tx, author, { organizationId: uuidOf(team.id), email: carl.email, role: 'ADMIN' }),
    );
    expect(await roleIn(team, carl)).toBe('ADMIN');
    expect(refused(await accept(carl, invitation.id)).code).toBe('INVITATION_ENDED');
  });
});

describe('declineInvitation', () => {
  it('ends the invitation', async ({ team, carl, invitation }) => {
    const declined = succeeded(await decline(carl, invitation.id));
    expect(declined.invitation).toMatchObject({ id: invitation.id, status: 'DECLINED' });
    expect(await roleIn(team, carl)).toBeUndefined();
    expect(refused(await accept(carl, invitation.id)).code).toBe('NOT_FOUND');
    expect(await team.structureEvents('MEMBER_INVITATION_DECLINED')).toMatchObject([
      { subjectId: invitation.id, requestId: declined.requestId, payload: { name: 'Charles' } },
    ]);
    // The organization may ask again.
    expect((await invite(team, { email: carl.email })).status).toBe('PENDING');
  });
});

describe('withdrawInvitation', () => {
  it('ends the invitation for the invited person', async ({ team, carl, invitation }) => {
    const withdrawn = succeeded(await withdraw(await team.join('ADMIN'), invitation.id));
    expect(withdrawn.invitation.status).toBe('WITHDRAWN');
    expect((await ownInvitations(carl)).totalCount).toBe(0);
    expect(refused(await accept(carl, invitation.id)).code).toBe('NOT_FOUND');
    expect(refused(await withdraw(team.owner, invitation.id))).toMatchObject({ status: 'WITHDRAWN' });
    expect(await team.structureEvents('MEMBER_INVITATION_WITHDRAWN')).toMatchObject([
      { subjectId: invitation.id, requestId: withdrawn.requestId, payload: { name: 'Charles' } },
    ]);
  });

  it('is allowed up to the own role, and not for the invited person', async ({ team, carl }) => {
    const ownersToBe = await invite(team, { email: carl.email, role: 'OWNER' });
    for (const by of [await team.join('ADMIN'), await team.join('MEMBER'), await team.hire(), carl]) {
      expect(refused(await withdraw(by, ownersToBe.id)).code).toBe('FORBIDDEN');
      expect(await nodeFor(by, ownersToBe.id)).toMatchObject({ viewerCanWithdraw: false });
    }
    expect(await nodeFor(team.owner, ownersToBe.id)).toMatchObject({ viewerCanWithdraw: true });
  });
});

describe('the open invitations of a member', () => {
  it.for(['removed', 'demoted'] as const)(
    'are withdrawn when the member is %s',
    async (end, { team, carl, app }) => {
      const ada = await team.join('ADMIN');
      const { id } = await invite(team, { email: carl.email, role: 'ADMIN' }, ada);
      const others = await invite(team, { email: (await app.signUp('Dan')).email });
      const { memberId } = ada;
      if (end === 'removed')
        succeeded((await team.owner.query(RemoveMember, { input: { memberId } })).removeMember);
      else {
        const input = { memberId, role: 'MEMBER' as const };
        succeeded((await team.owner.query(ChangeMemberRole, { input })).changeMemberRole);
      }
      expect(refused(await accept(carl, id)).code).toBe('NOT_FOUND');
      expect(await nodeFor(team.owner, id)).toMatchObject({ status: 'WITHDRAWN' });
      expect(await nodeFor(team.owner, others.id)).toMatchObject({ status: 'PENDING' });
    },
  );
});

describe('the database', () => {
  it('refuses a second open invitation, a change of an ended one, and a deletion', async ({
    psql,
    invitation,
    carl,
  }) => {
    const id = uuidOf(invitation.id);
    expect(
      await outcome(
        psql,
        `INSERT INTO invitation (organization_id, email, name, role, invited_by_id)
         SELECT organization_id, email, name, role, invited_by_id FROM invitation WHERE id = $1`,
        [id],
      ),
    ).toBe('invitation_pending_key');
    expect(await outcome(psql, `UPDATE invitation SET status = 'ACCEPTED' WHERE id = $1`, [id])).toBe(
      'invitation_end_check',
    );
    succeeded(await decline(carl, invitation.id));
    for (const statement of [
      `UPDATE invitation SET role = 'OWNER' WHERE id = $1`,
      `UPDATE invitation SET status = 'PENDING', ended_at = NULL WHERE id = $1`,
      'DELETE FROM invitation WHERE id = $1',
    ]) {
      expect(await outcome(psql, statement, [id]), statement).not.toBe('written');
    }
  });
});
