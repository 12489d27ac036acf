/** The audit trail: the event that each mutation writes, in the same transaction. */
import { randomUUID } from 'node:crypto';
import { STRUCTURE_EVENT_TYPES } from '../../../src/services/act/structureEvent.ts';
import { globalId } from '../../../src/value/globalId.ts';
import { graphql } from '../../graphql/gql.ts';
import type { StructureEventsWhereQueryVariables } from '../../graphql/graphql.ts';
import type { Client } from '../../support/client.ts';
import {
  AddMember,
  ClaimPR,
  CreateToken,
  RefreshPR,
  RemoveMember,
  RevokeToken,
} from '../../support/mutations.ts';
import { succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, test } from '../../support/test.ts';

const StructureEventsWhere = graphql(`
  query StructureEventsWhere($slug: String!, $type: StructureEventType, $subjectId: ID, $since: DateTime, $until: DateTime) {
    organization(slug: $slug) {
      structureEvents(type: $type, subjectId: $subjectId, since: $since, until: $until) {
        totalCount
        nodes {
          id
          type
          subjectId
          requestId
          occurredAt
        }
      }
    }
  }
`);

const StructureEventNode = graphql(`
  query StructureEventNode($id: ID!) {
    node(id: $id) {
      __typename
      id
    }
  }
`);

const it = test.extend('bob', async ({ team }) => await team.join('ADMIN'));

async function trail(
  team: Team,
  where: Omit<StructureEventsWhereQueryVariables, 'slug'> = {},
  by: Client = team.owner,
) {
  const { organization } = await by.query(StructureEventsWhere, { slug: team.slug, ...where });
  return organization?.structureEvents;
}

type Done = { requestId: string; subjectId: string; payload: unknown };
type Trailed = { type: string; table: string; act(team: Team, bob: Client): Promise<() => Promise<Done>> };

/** Each mutation that writes an audit event: its preparation, and then the mutation by Bob. */
const acts = {
  addMember: {
    type: 'MEMBER_INVITED',
    table: 'invitation',
    act: async (team: Team, bob: Client) => async () => {
      const input = { organizationId: team.id, email: `${randomUUID()}@example.com`, name: 'Carl' };
      const { invitation, requestId } = succeeded((await bob.query(AddMember, { input })).addMember);
      return { requestId, subjectId: invitation.id, payload: { name: 'Carl', role: 'MEMBER' } };
    },
  },
  createToken: {
    type: 'TOKEN_CREATED',
    table: 'token',
    act: async (team: Team, bob: Client) => async () => {
      const input = { organizationId: team.id, label: 'deploy' };
      const { token, requestId } = succeeded((await bob.query(CreateToken, { input })).createToken);
      return { requestId, subjectId: token.id, payload: { label: 'deploy', prefix: token.prefix } };
    },
  },
  revokeToken: {
    type: 'TOKEN_REVOKED',
    table: 'token',
    act: async (team: Team, bob: Client) => {
      const input = { organizationId: team.id, label: 'deploy' };
      const { token } = succeeded((await bob.query(CreateToken, { input })).createToken);
      return async () => {
        const { revokeToken } = await bob.query(RevokeToken, { input: { tokenId: token.id } });
        const { requestId } = succeeded(revokeToken);
        return { requestId, subjectId: token.id, payload: { label: 'deploy', prefix: token.prefix } };
      };
    },
  },
  claimPR: {
    type: 'PR_CLAIMED',
    table: 'pull_request',
    act: async (team: Team, bob: Client) => {
      team.onGitHub(7);
      const session = await team.spawn();
      return async () => {
        const { claimPR } = await bob.query(ClaimPR, { input: { sessionId: session.id, pr: '7' } });
        const { pullRequest, requestId } = succeeded(claimPR);
        const [name, toName] = [`${team.slug}/rocket#7`, session.name];
        const payload = { name, from: null, fromName: null, to: session.id, toName };
        return { requestId, subjectId: pullRequest.id, payload };
      };
    },
  },
} satisfies Record<string, Trailed>;

describe.each(Object.entries(acts))('the audit trail of %s', (_name, { type, table, act }) => {
  it('has one event with the subject, the actor and the request', async ({ team, bob }) => {
    const { requestId, subjectId, payload } = await (await act(team, bob))();
    const events = (await team.structureEvents()).filter((event) => event.requestId === requestId);
    expect(events).toEqual([
      {
        type,
        subjectId,
        requestId,
        payload,
        actor: { kind: 'USER', user: { id: globalId('User', bob.userId) }, name: 'Bob' },
      },
    ]);
  });

  it('has the same request and subject as the feed', async ({ team, bob }) => {
    const { requestId, subjectId } = await (await act(team, bob))();
    // The claim also changes the standing of its session. The event of the standing follows.
    const [change] = await team.changes({ requestId });
    expect(change).toMatchObject({ entityId: subjectId });
  });

  it('is written in the transaction of the mutation', async ({ team, bob, psql }) => {
    const { requestId, subjectId } = await (await act(team, bob))();
    // PostgreSQL stamps every row with the transaction that wrote it.
    const rows = await psql(
      `SELECT DISTINCT xmin::text FROM structure_event WHERE request_id = $1
        UNION SELECT xmin::text FROM ${table} WHERE id = $2`,
      [requestId, uuidOf(subjectId)],
    );
    expect(rows).toHaveLength(1);
  });

  it('rolls the mutation back when it cannot be written', async ({ team, bob, psql }) => {
    const attempt = await act(team, bob);
    const before = await team.footprint();
    await psql(
      `CREATE TRIGGER full_disk BEFORE INSERT ON structure_event
         FOR EACH STATEMENT EXECUTE FUNCTION refuse('there is no room left')`,
    );
    try {
      await expect(attempt()).rejects.toThrow('INTERNAL_ERROR');
    } finally {
      await psql('DROP TRIGGER full_disk ON structure_event');
    }
    expect(await team.footprint()).toEqual(before);
  });
});

describe('the audit trail', () => {
  it('has no event for a mutation that changed nothing', async ({ team, bob }) => {
    team.onGitHub(7);
    const session = await team.spawn();
    const { pullRequest } = succeeded(await team.claim(session.id, 7));
    const { createToken } = await bob.query(CreateToken, { input: { organizationId: team.id, label: 'ci' } });
    const { token } = succeeded(createToken);
    succeeded((await bob.query(RevokeToken, { input: { tokenId: token.id } })).revokeToken);
    const before = await trail(team);

    succeeded((await bob.query(RevokeToken, { input: { tokenId: token.id } })).revokeToken);
    succeeded(await team.claim(session.id, 7));
    succeeded((await bob.query(RefreshPR, { input: { pullRequestId: pullRequest.id } })).refreshPR);
    await bob.query(AddMember, { input: { organizationId: team.id, email: bob.email, name: 'Bob' } });
    expect(await trail(team)).toEqual(before);
  });

  it('is listed newest first and can be filtered by type, subject and time', async ({ team, bob }) => {
    const before = (await trail(team))?.totalCount ?? 0;
    const member = await (await acts.addMember.act(team, bob))();
    const token = await (await acts.createToken.act(team, bob))();
    const all = await trail(team);
    expect(all?.nodes.slice(0, 2)).toMatchObject([
      { type: 'TOKEN_CREATED', subjectId: token.subjectId },
      { type: 'MEMBER_INVITED', subjectId: member.subjectId },
    ]);
    expect(all?.totalCount).toBe(before + 2);

    expect(await trail(team, { type: 'TOKEN_CREATED' })).toMatchObject({
      totalCount: 1,
      nodes: [{ subjectId: token.subjectId }],
    });
    expect(await trail(team, { subjectId: member.subjectId })).toMatchObject({
      totalCount: 1,
      nodes: [{ requestId: member.requestId }],
    });
    // The id of another type with the same UUID, and an unknown id.
    for (const subjectId of [globalId('Token', uuidOf(member.subjectId)), globalId('Token', randomUUID())]) {
      expect(await trail(team, { subjectId }), subjectId).toEqual({ totalCount: 0, nodes: [] });
    }

    const newest = all?.nodes[0]?.occurredAt ?? '';
    const since = await trail(team, { since: newest });
    const until = await trail(team, { until: newest });
    expect(since?.nodes.map(({ id }) => id)).toContain(all?.nodes[0]?.id);
    expect([...(since?.nodes ?? []), ...(until?.nodes ?? [])]).toEqual(all?.nodes);
  });

  it('is visible to every member and to no other user', async ({ team, bob, app }) => {
    const all = await trail(team);
    const count = all?.totalCount ?? 0;
    expect(await trail(team, {}, await team.join('MEMBER'))).toMatchObject({ totalCount: count + 2 });
    const eve = await app.signUp('Eve');
    expect(await trail(team, {}, eve)).toBeUndefined();
    const id = all?.nodes[0]?.id ?? '';
    expect((await bob.query(StructureEventNode, { id })).node).toEqual({ __typename: 'StructureEvent', id });
    expect((await eve.query(StructureEventNode, { id })).node).toBeNull();
  });

  it('has the types of the list, and the database refuses all others', async ({ psql }) => {
    const [check] = await psql<{ definition: string }>(
      `SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conname = 'structure_event_type_check'`,
    );
    const held = check?.definition.matchAll(/'([^']+)'/g) ?? [];
    expect([...held].map(([, type]) => type).sort()).toEqual([...STRUCTURE_EVENT_TYPES].sort());
  });

  it('cannot be updated, deleted or truncated in the database', async ({ psql }) => {
    for (const statement of [
      `UPDATE structure_event SET actor_name = 'Nobody'`,
      'DELETE FROM structure_event',
      'TRUNCATE structure_event',
    ]) {
      await expect(psql(statement), statement).rejects.toThrow('the audit trail is kept');
    }
  });

  it('keeps the name that the actor had at the time', async ({ team, bob, psql }) => {
    const { requestId } = await (await acts.createToken.act(team, bob))();
    await psql(`UPDATE "user" SET name = 'Robert' WHERE id = $1`, [bob.userId]);
    const events = await team.structureEvents();
    expect(events.find((event) => event.requestId === requestId)?.actor.name).toBe('Bob');
  });

  it('leads to the actor as long as the viewer shares an organization with the actor', async ({
    team,
    bob,
  }) => {
    const { requestId } = await (await acts.createToken.act(team, bob))();
    const actor = async () =>
      (await team.structureEvents()).find((event) => event.requestId === requestId)?.actor;
    expect(await actor()).toMatchObject({ user: { id: globalId('User', bob.userId) } });
    const { removeMember } = await team.owner.query(RemoveMember, { input: { memberId: bob.memberId } });
    succeeded(removeMember);
    expect(await actor()).toEqual({ kind: 'USER', name: 'Bob', user: null });
  });
});
