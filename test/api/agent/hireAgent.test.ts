import { globalId } from '../../../src/value/globalId.ts';
import { graphql } from '../../graphql/gql.ts';
import type { HireAgentInput } from '../../graphql/graphql.ts';
import type { Client } from '../../support/client.ts';
import { HireAgent } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const AgentsOf = graphql(`
  query AgentsOf($slug: String!, $statuses: [AgentStatus!]) {
    organization(slug: $slug) {
      agents(statuses: $statuses) {
        totalCount
        nodes {
          id
          name
          status
          viewerCanOffboard
          viewerCanWatchRepo
          viewerCanCreateToken
        }
      }
    }
  }
`);

async function hire(team: Team, input: Partial<HireAgentInput> = {}, by: Client = team.owner) {
  const someone = { organizationId: team.id, name: 'Robin', role: 'reviewer' };
  return (await by.query(HireAgent, { input: { ...someone, ...input } })).hireAgent;
}

async function agents(team: Team, by: Client = team.owner, status?: 'RUNNING' | 'STOPPED') {
  return (await by.query(AgentsOf, { slug: team.slug, statuses: status && [status] })).organization?.agents;
}

describe('hireAgent without a runtime', () => {
  it('creates a RUNNING agent with one change in the feed and one audit event', async ({ team }) => {
    const { agent, requestId } = succeeded(await hire(team, { name: ' Robin ', config: { model: 'large' } }));
    expect(agent).toMatchObject({
      name: 'Robin',
      role: 'reviewer',
      status: 'RUNNING',
      hiredBy: { id: globalId('User', team.owner.userId) },
      offboardedAt: null,
    });
    const [change, ...more] = await team.changes({ requestId });
    expect(more).toEqual([]);
    expect(change).toMatchObject({
      type: 'AGENT_CREATED',
      entityId: agent.id,
      actor: { kind: 'USER', name: 'Ann' },
      payload: { row: { id: agent.id, name: 'Robin', status: 'RUNNING' }, changed: [] },
    });
    // The config may hold secrets.
    expect(JSON.stringify(change)).not.toContain('large');
    expect(await team.structureEvents('AGENT_HIRED')).toMatchObject([
      {
        subjectId: agent.id,
        requestId,
        actor: { kind: 'USER', user: { id: globalId('User', team.owner.userId) } },
        payload: { name: 'Robin', role: 'reviewer' },
      },
    ]);
  });

  it('keeps a description of several lines, and shows it in the feed', async ({ team }) => {
    const description = 'Reviews pull requests.\n\nAsks before it merges.';
    const { agent, requestId } = succeeded(await hire(team, { description: ` ${description}\n` }));
    expect(agent).toMatchObject({ description });
    expect(await team.changes({ requestId })).toMatchObject([{ payload: { row: { description } } }]);
    expect(succeeded(await hire(team)).agent.description).toBeNull();
  });

  it('hires two agents with the same name and role', async ({ team }) => {
    const [first, second] = [succeeded(await hire(team)), succeeded(await hire(team))];
    expect(first.agent.id).not.toBe(second.agent.id);
    expect(await agents(team)).toMatchObject({
      totalCount: 2,
      nodes: [second.agent, first.agent].map(({ id }) => ({ id })),
    });
  });
});

describe('hireAgent with an invalid input', () => {
  it.for([
    [{ name: ' ' }, 'name', 'must not be empty'],
    [{ name: 'x'.repeat(101) }, 'name', 'must have at most 100 characters'],
    [{ role: '' }, 'role', 'must not be empty'],
    [{ description: ' \n' }, 'description', 'must not be empty'],
    [{ description: 'x'.repeat(4_001) }, 'description', 'must have at most 4000 characters'],
    [{ config: [1] }, 'config', 'must be a JSON object'],
    [{ config: 'text' }, 'config', 'must be a JSON object'],
    [{ config: { text: 'x'.repeat(65_537) } }, 'config', 'must have at most 65536 bytes as JSON'],
    [{ config: { text: '\0' } }, 'config', 'must not contain a NUL character or half of a character'],
    [{ config: { '\ud83d': 1 } }, 'config', 'must not contain a NUL character or half of a character'],
    [{ config: deep(40) }, 'config', 'must not be nested deeper than 32 levels'],
  ] as const)('refuses %j: %s %s', async ([input, path, message], { team }) => {
    const before = await team.footprint();
    expect(refused(await hire(team, input))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path, message }],
    });
    expect(await team.footprint()).toEqual(before);
  });

  it('refuses a config that is 50,000 levels deep, with an idempotencyKey too', async ({ team }) => {
    const [open, close] = ['['.repeat(50_000), ']'.repeat(50_000)];
    const query = `mutation($input: HireAgentInput!) {
      hireAgent(input: $input) { ... on InvalidInputError { code issues { path } } } }`;
    const input = { organizationId: team.id, name: 'Robin', role: 'reviewer', idempotencyKey: 'deep' };
    const body = JSON.stringify({ query, variables: { input: { ...input, config: { deep: 'HERE' } } } });
    const response = await team.owner.raw(body.replace('"HERE"', open + close));
    expect(await response.json()).toEqual({
      data: { hireAgent: { code: 'INVALID_INPUT', issues: [{ path: 'config' }] } },
    });
  });

  it('names every invalid field', async ({ team }) => {
    const { issues } = refused(await hire(team, { name: '', role: '', config: 1 })) as {
      issues: { path: string }[];
    };
    expect(issues.map(({ path }) => path).sort()).toEqual(['config', 'name', 'role']);
  });
});

describe('the viewerCan fields of an agent', () => {
  it('depend on the role of the viewer and on the user who hired the agent', async ({ team }) => {
    const member = await team.join('MEMBER');
    const own = succeeded(await hire(team, {}, member)).agent;
    const other = succeeded(await hire(team)).agent;
    const may = { viewerCanOffboard: true, viewerCanWatchRepo: true, viewerCanCreateToken: true };
    const mayNot = { viewerCanOffboard: false, viewerCanWatchRepo: false, viewerCanCreateToken: false };
    expect(await agents(team, member)).toMatchObject({
      nodes: [
        { id: other.id, ...mayNot },
        { id: own.id, ...may },
      ],
    });
    expect(await agents(team)).toMatchObject({
      nodes: [
        { id: other.id, ...may },
        { id: own.id, ...may },
      ],
    });
    expect(await agents(team, await team.hire())).toMatchObject({ nodes: [mayNot, mayNot, mayNot] });
  });
});

it('three concurrent hireAgent mutations under one idempotencyKey hire one agent', async ({ team }) => {
  const input = { idempotencyKey: 'once' };
  const hired = await Promise.all([hire(team, input), hire(team, input), hire(team, input)]);
  expect(new Set(hired.map((each) => succeeded(each).agent.id)).size).toBe(1);
  expect(await agents(team)).toMatchObject({ totalCount: 1 });
});

function deep(levels: number): object {
  return levels === 0 ? {} : { in: deep(levels - 1) };
}
