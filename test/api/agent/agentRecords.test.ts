/** The records of agents: memory, reviews, and the log of their actions. */

import { globalId } from '../../../src/value/globalId.ts';
import { graphql } from '../../graphql/gql.ts';
import type { LogAgentActionInput } from '../../graphql/graphql.ts';
import type { Client } from '../../support/client.ts';
import {
  HireAgent,
  LogAgentAction,
  OffboardAgent,
  PutAgentMemory,
  RecordReviewedPR,
  ReportActivity,
} from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team, TeamAgent } from '../../support/team.ts';
import { describe, expect, test } from '../../support/test.ts';

const MemoryOf = graphql(`
  query MemoryOf($id: ID!, $first: Int, $after: String) {
    node(id: $id) {
      ... on Agent {
        memory(first: $first, after: $after) {
          totalCount
          nodes {
            key
            value
          }
          pageInfo {
            endCursor
          }
        }
      }
    }
  }
`);

const ActionsOf = graphql(`
  query ActionsOf($id: ID!) {
    node(id: $id) {
      ... on Agent {
        actions {
          nodes {
            action
            outcome
            metadata
          }
        }
      }
    }
  }
`);

const ChangesBy = graphql(`
  query ChangesBy($slug: String!, $actorId: ID!) {
    organization(slug: $slug) {
      changes(actorId: $actorId) {
        nodes {
          type
          entityId
          actor {
            ...ActorFacts
          }
        }
      }
    }
  }
`);

const it = test.extend('robin', async ({ team }) => await team.hire());

const put = async (robin: TeamAgent, key: string, value: string, agent = robin) =>
  (await agent.query(PutAgentMemory, { input: { agentId: agent.id, key, value } })).putAgentMemory;

async function memory(team: Team, robin: TeamAgent, page: { first?: number; after?: string | null } = {}) {
  const { node } = await team.owner.query(MemoryOf, { id: robin.id, ...page });
  if (!node || !('memory' in node)) throw new Error('There is no such agent.');
  return node.memory;
}

const log = async (robin: TeamAgent, input: Partial<LogAgentActionInput> = {}, by: Client = robin) =>
  (
    await by.query(LogAgentAction, {
      input: { agentId: robin.id, action: 'push', outcome: 'ALLOWED', ...input },
    })
  ).logAgentAction;

async function actions(team: Team, robin: TeamAgent) {
  const { node } = await team.owner.query(ActionsOf, { id: robin.id });
  if (!node || !('actions' in node)) throw new Error('There is no such agent.');
  return node.actions.nodes;
}

describe('a change by an agent', () => {
  it('names the agent as its actor and is found by actorId', async ({ team, robin }) => {
    const { id: sessionId } = await team.spawn({ agentId: robin.id });
    const { reportActivity } = await robin.query(ReportActivity, { input: { sessionId, state: 'ACTIVE' } });
    const { requestId } = succeeded(reportActivity);
    const expected = {
      type: 'SESSION_UPDATED',
      entityId: sessionId,
      actor: { kind: 'AGENT', agent: { id: robin.id }, name: 'Robin' },
    };
    expect(await team.changes({ requestId })).toMatchObject([expected]);
    const by = async (actorId: string) =>
      (await team.owner.query(ChangesBy, { slug: team.slug, actorId })).organization?.changes.nodes;
    expect(await by(robin.id)).toEqual([expected]);
    expect(await by(globalId('User', uuidOf(robin.id)))).toEqual([]);
  });
});

describe('the memory of an agent', () => {
  it('keeps one value under each key, unchanged, and lists the last written first', async ({
    team,
    robin,
  }) => {
    succeeded(await put(robin, 'tone', 'kind'));
    succeeded(await put(robin, 'style', ' two spaces \n'));
    const { memory: written } = succeeded(await put(robin, 'tone', 'brief'));
    expect(written).toMatchObject({ key: 'tone', value: 'brief' });
    expect(await memory(team, robin)).toMatchObject({
      totalCount: 2,
      nodes: [
        { key: 'tone', value: 'brief' },
        { key: 'style', value: ' two spaces \n' },
      ],
    });
  });

  it('is paginated in the order of the last write', async ({ team, robin }) => {
    for (const key of ['a', 'b', 'c']) succeeded(await put(robin, key, key));
    succeeded(await put(robin, 'a', 'again'));
    const first = await memory(team, robin, { first: 2 });
    const rest = await memory(team, robin, { first: 2, after: first.pageInfo.endCursor });
    expect([...first.nodes, ...rest.nodes].map(({ key }) => key)).toEqual(['a', 'c', 'b']);
  });

  it('keeps one entry when thirty concurrent mutations write the same key', async ({ team, robin }) => {
    await Promise.all(
      Array.from({ length: 30 }, async (_, at) => succeeded(await put(robin, 'count', String(at)))),
    );
    expect(await memory(team, robin)).toMatchObject({ totalCount: 1 });
  });

  it.for([
    ['', 'x', 'key'],
    ['x'.repeat(256), 'x', 'key'],
    ['x', 'x'.repeat(65_537), 'value'],
    ['x', '\0', 'value'],
  ] as const)(
    'refuses a key or a value that is empty, too long or has a NUL character (case %$)',
    async ([key, value, path], { robin }) => {
      expect(refused(await put(robin, key, value))).toMatchObject({
        code: 'INVALID_INPUT',
        issues: [{ path }],
      });
    },
  );
});

describe('the action log of an agent', () => {
  it('lists the logged actions newest first, and the database refuses to change them', async ({
    team,
    robin,
    psql,
  }) => {
    succeeded(await log(robin, { metadata: { branch: 'main' } }));
    succeeded(await log(robin, { action: 'merge', outcome: 'DENIED' }));
    expect(await actions(team, robin)).toEqual([
      { action: 'merge', outcome: 'DENIED', metadata: {} },
      { action: 'push', outcome: 'ALLOWED', metadata: { branch: 'main' } },
    ]);
    for (const statement of [
      `UPDATE agent_action SET outcome = 'ALLOWED'`,
      'DELETE FROM agent_action',
      'TRUNCATE agent_action',
    ]) {
      await expect(psql(statement)).rejects.toThrow('is kept as it was written');
    }
  });

  it('records every mutation that the agent was refused, with the reason', async ({
    team,
    robin,
    app,
    createTeam,
  }) => {
    const input = { organizationId: team.id, name: 'Kim', role: 'reviewer' };
    const { code } = refused((await robin.query(HireAgent, { input })).hireAgent);
    expect(code).toBe('FORBIDDEN');
    const other = await team.hire({ name: 'Kim' });
    refused(
      (await robin.query(PutAgentMemory, { input: { agentId: other.id, key: 'k', value: 'v' } }))
        .putAgentMemory,
    );
    const elsewhere = await createTeam(await app.signUp('Olga'));
    refused(
      (await robin.query(OffboardAgent, { input: { agentId: (await elsewhere.hire()).id } })).offboardAgent,
    );
    refused(await log(robin, { action: '' }));
    const requestId = expect.any(String);
    const message = expect.any(String);
    expect(await actions(team, robin)).toEqual([
      {
        action: 'logAgentAction',
        outcome: 'DENIED',
        metadata: { code: 'INVALID_INPUT', message, requestId },
      },
      { action: 'offboardAgent', outcome: 'DENIED', metadata: { code: 'NOT_FOUND', message, requestId } },
      { action: 'putAgentMemory', outcome: 'DENIED', metadata: { code: 'FORBIDDEN', message, requestId } },
      { action: 'hireAgent', outcome: 'DENIED', metadata: { code: 'FORBIDDEN', message, requestId } },
    ]);
  });

  it('does not record a mutation that a member was refused', async ({ team, robin }) => {
    const bob = await team.join('MEMBER');
    expect(refused(await log(robin, {}, bob)).code).toBe('FORBIDDEN');
    expect(await actions(team, robin)).toEqual([]);
  });

  it('does not change the answer to a refused mutation when the log cannot be written', async ({
    team,
    robin,
    psql,
  }) => {
    await psql('ALTER TABLE agent_action RENAME TO agent_action_away');
    try {
      const input = { organizationId: team.id, name: 'Kim', role: 'reviewer' };
      expect(refused((await robin.query(HireAgent, { input })).hireAgent).code).toBe('FORBIDDEN');
    } finally {
      await psql('ALTER TABLE agent_action_away RENAME TO agent_action');
    }
    expect(await actions(team, robin)).toEqual([]);
  });
});

describe('a recorded review', () => {
  const review = async (agent: TeamAgent, repo = 'acme/rocket', number = 7) =>
    (await agent.query(RecordReviewedPR, { input: { agentId: agent.id, repo, number } })).recordReviewedPR;

  it('is stored once for all agents of a user, and the others get alreadyReviewedBy', async ({
    team,
    robin,
  }) => {
    const first = succeeded(await review(robin));
    expect(first).toMatchObject({
      agent: { id: robin.id },
      reviewedPullRequest: { number: 7, repo: { nameWithOwner: 'acme/rocket' }, agent: { id: robin.id } },
      alreadyReviewedBy: null,
    });
    const kim = await team.hire({ name: 'Kim' });
    for (const agent of [kim, robin]) {
      expect(succeeded(await review(agent, 'ACME/Rocket'))).toMatchObject({
        agent: { id: agent.id },
        reviewedPullRequest: { id: first.reviewedPullRequest.id },
        alreadyReviewedBy: { id: robin.id, name: 'Robin' },
      });
    }
    expect(succeeded(await review(kim, 'acme/rocket', 8)).alreadyReviewedBy).toBeNull();
  });

  it('still counts for a new agent after its reviewer was offboarded', async ({ team, robin }) => {
    succeeded(await review(robin));
    succeeded((await team.owner.query(OffboardAgent, { input: { agentId: robin.id } })).offboardAgent);
    const kim = await team.hire({ name: 'Kim' });
    expect(succeeded(await review(kim)).alreadyReviewedBy).toMatchObject({ id: robin.id });
  });

  it('does not count for the agents of another user', async ({ team, robin }) => {
    succeeded(await review(robin));
    const kim = await team.hire({ name: 'Kim' }, await team.join('ADMIN'));
    expect(succeeded(await review(kim)).alreadyReviewedBy).toBeNull();
  });

  it('is stored once when thirty concurrent mutations record it', async ({ team, robin, psql }) => {
    const agents = [robin, ...(await Promise.all(['Kim', 'Lee'].map((name) => team.hire({ name }))))];
    const reviews = await Promise.all(
      Array.from({ length: 30 }, (_, at) => review(agents[at % agents.length] as TeamAgent)),
    );
    expect(reviews.filter((each) => succeeded(each).alreadyReviewedBy === null)).toHaveLength(1);
    expect(
      await psql('SELECT FROM reviewed_pull_request WHERE organization_id = $1', [uuidOf(team.id)]),
    ).toHaveLength(1);
  });

  it.for<[input: { repo?: string; number?: number }, path: string]>([
    [{ repo: 'rocket' }, 'repo'],
    [{ number: 0 }, 'number'],
    [{ number: -1 }, 'number'],
  ])(
    'is refused for the input %j: %s is invalid',
    async ([{ repo = 'acme/rocket', number = 7 }, path], { robin }) => {
      expect(refused(await review(robin, repo, number))).toMatchObject({
        code: 'INVALID_INPUT',
        issues: [{ path }],
      });
    },
  );
});
