/** The page of a list that is read for many parents: the rows that it reads, and that it is the page of one parent. */
import fc from 'fast-check';
import { PutAgentMemory } from '../support/mutations.ts';
import { succeeded } from '../support/outcome.ts';
import { rowsReadBy } from '../support/plan.ts';
import { uuidOf } from '../support/psql.ts';
import { countStatements } from '../support/statements.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, it } from '../support/test.ts';

type Page = {
  totalCount: number;
  edges: { cursor: string; node: { id: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
};

const PAGE =
  'totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

async function ask(team: Team, query: string, variables: object) {
  const { data, errors } = await (await team.owner.raw({ query, variables })).json();
  expect(errors).toBeUndefined();
  return data;
}

describe('the pages of 20 agents with 1,000 sessions each', () => {
  const AGENTS = 20;
  const SESSIONS = 1_000;

  it('read no sessions beyond the pages', async ({ createTeam, psql, database }) => {
    const team = await createTeam();
    const ids = [uuidOf(team.id), uuidOf(team.project.id)];
    await psql('SET session_replication_role = replica');
    await psql(
      `INSERT INTO agent (organization_id, name, role, status, hired_by_id)
       SELECT $1, 'agent', 'worker', 'RUNNING', user_id FROM membership, generate_series(1, $2::int)
        WHERE organization_id = $1`,
      [ids[0], AGENTS],
    );
    await psql(
      `INSERT INTO session (organization_id, project_id, agent_id, num, created_at)
       SELECT $1, $2, a.id, row_number() OVER (), now() - n * interval '1 s'
         FROM agent a, generate_series(1, $3::int) n WHERE a.organization_id = $1`,
      [...ids, SESSIONS],
    );
    await psql('RESET session_replication_role');
    await psql('ANALYZE agent, session, pull_request, project');
    const counter = countStatements(database.url);
    const query = `query($slug: String!) { organization(slug: $slug) { agents(first: 100) { nodes {
      sessions(first: 1) { nodes { id project { slug } pullRequests(first: 1) { nodes { title } } } } } } } }`;
    const { organization } = await ask(team, query, { slug: team.slug });
    counter.stop();
    expect(organization.agents.nodes.length).toBe(AGENTS);

    expect(await rowsReadBy(psql, counter.statements(), 'session')).toBe(AGENTS);
  });
});

describe('a page that is read for many parents', () => {
  const AGENTS = 3;

  it.for(['sessions', 'memory'])('of %s is the page that is read for one', async (list, { team }) => {
    const agents = await Promise.all(Array.from({ length: AGENTS }, () => team.hire()));
    for (const [n, agent] of agents.entries()) {
      for (let count = 0; count <= 2 * n; count += 1) {
        await team.spawn({ agentId: agent.id });
        const input = { agentId: agent.id, key: `key-${count}`, value: 'value' };
        succeeded((await agent.query(PutAgentMemory, { input })).putAgentMemory);
      }
    }
    const cursors = (
      await Promise.all(
        agents.map(async ({ id }) => {
          const query = `query($id: ID!) { node(id: $id) { ... on Agent { ${list} { ${PAGE} } } } }`;
          return ((await ask(team, query, { id })).node[list] as Page).edges.map(({ cursor }) => cursor);
        }),
      )
    ).flat();

    const size = fc.integer({ min: 0, max: 6 });
    const place = fc.option(fc.constantFrom(...cursors), { nil: null });
    const paging = fc.oneof(
      fc.record({ first: size, after: place }),
      fc.record({ last: size, before: place }),
    );
    await fc.assert(
      fc.asyncProperty(paging, async (args) => {
        const head = '$first: Int, $last: Int, $after: String, $before: String';
        const page = `${list}(first: $first, last: $last, after: $after, before: $before) { ${PAGE} }`;
        const { organization } = await ask(
          team,
          `query($slug: String!, ${head}) { organization(slug: $slug) { agents { nodes { id ${page} } } } }`,
          { slug: team.slug, ...args },
        );
        for (const { id, ...many } of organization.agents.nodes) {
          const query = `query($id: ID!, ${head}) { node(id: $id) { ... on Agent { ${page} } } }`;
          expect(many).toEqual((await ask(team, query, { id, ...args })).node);
        }
      }),
      { numRuns: 30 },
    );
  });
});

it.for(['agents(first: 1)', 'agents(last: 1)'])(
  'a page of %s has a neighbour when one of the fragments that select the list asks for pageInfo',
  async (agents, { team }) => {
    await team.hire();
    await team.hire();
    const query = `query($slug: String!) { organization(slug: $slug) { ...Nodes ...Info } }
      fragment Nodes on Organization { ${agents} { nodes { id } } }
      fragment Info on Organization { ${agents} { ...Page } }
      fragment Page on AgentConnection { pageInfo { hasNextPage hasPreviousPage } }`;
    const { organization } = await ask(team, query, { slug: team.slug });
    expect(organization.agents.nodes.length).toBe(1);
    const isForward = agents === 'agents(first: 1)';
    expect(organization.agents.pageInfo).toEqual({ hasNextPage: isForward, hasPreviousPage: !isForward });
  },
);

it('a page has cursors when one of the fragments that select the list asks for them', async ({ team }) => {
  const agent = await team.hire();
  const query = `query($slug: String!, $after: String) { organization(slug: $slug) { ...Nodes ...Edges } }
    fragment Nodes on Organization { agents(first: 1, after: $after) { nodes { id } } }
    fragment Edges on Organization { agents(first: 1, after: $after) { edges { ...Edge } } }
    fragment Edge on AgentEdge { cursor }`;
  const { agents } = (await ask(team, query, { slug: team.slug })).organization;
  expect(agents.nodes).toEqual([{ id: agent.id }]);
  const after = agents.edges[0].cursor;
  expect((await ask(team, query, { slug: team.slug, after })).organization.agents.edges).toEqual([]);
});

describe('pages in other orders than that of creation', () => {
  const SESSIONS = 7;

  it.for([
    ['sessions', 'orderBy: STATUS'],
    ['sessions', 'orderBy: UPDATED_AT'],
    ['sessions', 'orderBy: ACTIVITY'],
    ['sessions', 'lane: WORKING'],
    ['workspaces', ''],
    ['members', ''],
  ])('list each row once, forward and backward: %s(%s)', async ([list, filter], { team }) => {
    for (let n = 0; n < SESSIONS; n += 1) {
      await team.spawn();
      await team.addWorkspace();
    }
    await team.join('MEMBER');
    await team.join('ADMIN');
    const read = async (paging: string): Promise<Page> => {
      const args = [filter, paging].filter(Boolean).join(', ');
      const query = `query($slug: String!) { organization(slug: $slug) { ${list}(${args}) { ${PAGE} } } }`;
      return (await ask(team, query, { slug: team.slug })).organization[list ?? ''];
    };
    const all = (await read('first: 100')).edges.map(({ node }) => node.id);
    expect(all.length).toBeGreaterThan(2);
    const forward: string[] = [];
    for (let paging = 'first: 2'; paging; ) {
      const { edges, pageInfo, totalCount } = await read(paging);
      expect(totalCount).toBe(all.length);
      forward.push(...edges.map(({ node }) => node.id));
      paging = pageInfo.hasNextPage ? `first: 2, after: "${pageInfo.endCursor}"` : '';
    }
    expect(forward).toEqual(all);
    const backward: string[] = [];
    for (let paging = 'last: 2'; paging; ) {
      const { edges, pageInfo } = await read(paging);
      backward.unshift(...edges.map(({ node }) => node.id));
      paging = pageInfo.hasPreviousPage ? `last: 2, before: "${pageInfo.startCursor}"` : '';
    }
    expect(backward).toEqual(all);
  });
});
