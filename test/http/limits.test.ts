/** Operations that exceed a limit are refused before execution, over every transport. */
import { getIntrospectionQuery } from 'graphql';
import { TABS } from '../../src/http/playground/tabs.ts';
import type { TestApp } from '../support/app.ts';
import { openSocket } from '../support/rawSocket.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, it } from '../support/test.ts';

type Body = { query: string; variables?: object; operationName?: string };
type Refusal = { message: string; extensions: Record<string, unknown> };

/** `data` is absent when nothing was executed. */
type Answer = { errors?: Refusal[]; data?: unknown };

const ways: Record<string, (team: Team, app: TestApp, body: Body) => Promise<Answer>> = {
  async POST(team, _app, body) {
    const response = await team.owner.raw(body, { accept: 'application/graphql-response+json' });
    const answer = await response.json();
    if (!('data' in answer)) expect(response.status).toBe(400);
    return answer;
  },

  async GET(team, app, { query, variables = {} }) {
    const search = new URLSearchParams({ query, variables: JSON.stringify(variables) });
    const response = await fetch(`${app.url}/graphql?${search}`, {
      headers: { authorization: `Bearer ${team.owner.token}` },
    });
    return await response.json();
  },

  async SSE(team, _app, body) {
    const response = await team.owner.raw(body, { accept: 'text/event-stream' });
    const text = await response.text();
    // A request that is refused before execution is answered as JSON.
    return JSON.parse(/^data: (.+)$/m.exec(text)?.[1] ?? text);
  },

  async WebSocket(team, app, body) {
    const socket = await openSocket(app.url, { authorization: `Bearer ${team.owner.token}` });
    const [first] = await socket.operation(body);
    await socket.close();
    return (first?.type === 'error' ? { errors: first.payload } : first?.payload) as Answer;
  },
};

const refused = (measure: string, limit: number, found?: number) => ({
  errors: [
    {
      message: expect.any(String),
      extensions: {
        code: 'QUERY_TOO_COMPLEX',
        measure,
        limit,
        ...(found !== undefined && { [measure]: found }),
        requestId: expect.any(String),
      },
    },
  ],
});

/** Sessions nested in sessions, to the given number of levels. */
function sessions(levels: number, first: number | string = 100): string {
  let query = '__typename';
  for (let n = 0; n < levels; n += 1) {
    query = `organization { sessions(first: ${first}) { nodes { project { ${query} } } } }`;
  }
  return `organization(slug: "x") { sessions(first: ${first}) { nodes { project { ${query} } } } }`;
}

/** The cost of each session in a page: its project, its organization, and the page below. */
const LEVEL_1 = 2;
const LEVEL_2 = 1 + 1 + 1 + 1 + 100 * LEVEL_1;
const LEVEL_3 = 1 + 1 + 1 + 1 + 100 * LEVEL_2;

const REFUSED: [name: string, body: Body, measure: string, limit: number, found?: number][] = [
  ['lists in lists', { query: `{ ${sessions(2)} }` }, 'cost', 100_000, 1 + 1 + 1 + 100 * LEVEL_3],
  ['lists in lists in lists', { query: `{ ${sessions(8)} }` }, 'depth', 15, 37],
  ['more than 30 aliases', { query: `{ ${aliases(31)} }` }, 'aliases', 30, 31],
  ['fields 16 deep', { query: `{ ${introspection(16)} }` }, 'depth', 15, 16],
  ['more than 2,000 tokens', { query: `{ ${aliases(401)} }` }, 'tokens', 2_000],
  ['brackets that overflow the stack', { query: '{viewer'.repeat(10_000) }, 'nesting', 100],
  ['values that overflow the stack', { query: `{node(id:${'['.repeat(20_000)}` }, 'nesting', 100],
];

function aliases(count: number): string {
  return Array.from({ length: count }, (_, n) => `a${n}: viewer { id }`).join(' ');
}

/** Depth with as few lists as possible. */
function introspection(depth: number): string {
  const levels = depth - 3;
  return `__type(name: "Query") { fields { type { ${'ofType { '.repeat(levels - 1)} name ${'} '.repeat(levels - 1)} } } }`;
}

describe.each(Object.keys(ways))('over %s', (way) => {
  const ask = (team: Team, app: TestApp, body: Body) => (ways[way] as (typeof ways)[string])(team, app, body);

  it.for(REFUSED)('refuses %s', async ([_, body, measure, limit, found], { sharedTeam: team, app }) => {
    // The URL would be longer than Node.js accepts.
    if (way === 'GET' && body.query.length > 10_000) return;
    const { errors, data } = await ask(team, app, body);
    expect(data).toBeUndefined();
    expect({ errors }).toEqual(refused(measure, limit, found));
  });

  it('answers an operation within the limits', async ({ sharedTeam: team, app }) => {
    expect(await ask(team, app, { query: '{ viewer { name } }' })).toEqual({
      data: { viewer: { name: 'Ann' } },
    });
  });
});

describe('a document', () => {
  const post = (team: Team, app: TestApp, query: string) => ways.POST?.(team, app, { query });

  it('of more than 100,000 characters is refused, comments included', async ({ sharedTeam: team, app }) => {
    const query = `{ viewer { name } } #${'x'.repeat(100_000)}`;
    expect(await post(team, app, query)).toEqual(refused('characters', 100_000, query.length));
  });

  it('with a syntax error is refused for that, not for its size', async ({ sharedTeam: team, app }) => {
    expect(await post(team, app, '{ viewer { "')).toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }],
    });
  });

  it('of 2,000 tokens is accepted', async ({ sharedTeam: team, app }) => {
    const ids = (count: number) => `{ nodes(ids: [${'"x" '.repeat(count)}]) { id } }`;
    expect(await post(team, app, ids(1_988))).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    expect(await post(team, app, ids(1_989))).toEqual(refused('tokens', 2_000));
  });
});

/** The cost of an operation, read from the refusal of a larger one around it. */
async function costOf(team: Team, app: TestApp, query: string, variables?: object): Promise<number> {
  const answer = await ways.POST?.(team, app, { query, variables });
  expect(answer).toMatchObject({ errors: [{ extensions: { measure: 'cost' } }] });
  return answer?.errors?.[0]?.extensions.cost as number;
}

describe('the cost of an operation', () => {
  // A hundred pages of a hundred sessions with ten fields each exceed the limit by themselves.
  const LARGE = `large: organization(slug: "x") { sessions(first: 100) { nodes { project { organization {
    sessions(first: 100) { nodes { ${'id '.repeat(10)} } } } } } } }`;
  const LARGE_COST = 1 + 1 + 1 + 100 * (1 + 1 + 1 + 1 + 100 * 10);

  it('counts each field once, and the fields of a list once per item', async ({ sharedTeam: team, app }) => {
    expect(await costOf(team, app, `{ ${LARGE} }`)).toBe(LARGE_COST);
  });

  type More = { variables?: object; definitions?: string; fragments?: string };
  const cases: [name: string, selection: string, cost: number, more?: More][] = [
    ['a field', 'viewer { id name }', 3],
    ['a page of 25 unless told', 'viewer { organizations { nodes { id slug } } }', 3 + 25 * 2],
    ['a page of any size', 'viewer { organizations(first: 7) { nodes { id } } }', 3 + 7],
    ['a page from the end', 'viewer { organizations(last: 8) { nodes { id } } }', 3 + 8],
    ['a page of 100 at most', 'viewer { organizations(first: 1000000) { nodes { id } } }', 3 + 100],
    ['an empty page', 'viewer { organizations(first: 0) { nodes { id } } }', 3],
    ['10 for the length of a list', 'viewer { organizations(first: 0) { totalCount } }', 2 + 10],
    [
      '16 for each free-form value',
      'organization(slug: "x") { changes(first: 5) { nodes { payload } } }',
      3 + 5 * 16,
    ],
    [
      'one for each 4 KB that a long text may have',
      'organization(slug: "x") { agents(first: 2) { nodes { memory(first: 3) { nodes { key value } } } } }',
      3 + 2 * (2 + 3 * (1 + 16)),
    ],
    [
      'as many items as a long list without pages may have',
      'organization(slug: "x") { workspaceTree { name role } }',
      2 + 1_000 * (1 + 3),
    ],
    [
      'more items of a list that an argument makes long',
      'organization(slug: "x") { laneCounts { lane } grouped: laneCounts(groupBy: AGENT) { lane } none: laneCounts(groupBy: $none) { lane } }',
      1 + (1 + 10) + (1 + 1_000) + (1 + 10),
      { definitions: '($none: LaneGrouping)' },
    ],
    ['a page of a negative size', 'viewer { organizations(first: -5) { nodes { id } } }', 3],
    [
      'a page that is read as nodes and as edges',
      'viewer { organizations(first: 5) { nodes { id } edges { node { id } } } }',
      2 + (1 + 5) + (1 + 5 * 2),
    ],
    ['once what is beside the page', 'viewer { organizations(first: 5) { pageInfo { endCursor } } }', 4],
    [
      'a page whose size is a variable',
      'viewer { organizations(first: $size) { nodes { id } } }',
      3 + 5,
      { definitions: '($size: Int)', variables: { size: 5 } },
    ],
    [
      'a page whose size is the default of a variable',
      'viewer { organizations(first: $size) { nodes { id } } }',
      3 + 6,
      { definitions: '($size: Int = 6)' },
    ],
    [
      'a page whose size is an absent variable',
      'viewer { organizations(first: $size) { nodes { id } } }',
      3 + 25,
      { definitions: '($size: Int)' },
    ],
    ['as many nodes as there are ids', 'nodes(ids: ["a", "b", "c"]) { id }', 1 + 3],
    [
      'one node for each id in a variable',
      'nodes(ids: $ids) { id }',
      1 + 4,
      { definitions: '($ids: [ID!]!)', variables: { ids: ['a', 'b', 'c', 'd'] } },
    ],
    ['ten in a list without pages', '__type(name: "Query") { fields { name } }', 2 + 10],
    [
      'a fragment each time it is spread, with the size of the page around it',
      'a: viewer { ...F } b: viewer { organizations(first: 4) { ...G } }',
      1 + (2 + 3) + (3 + 4),
      {
        fragments: `fragment F on Viewer { organizations(first: 3) { ...G } }
          fragment G on OrganizationConnection { nodes { id } }`,
      },
    ],
    ['an inline fragment', '... on Query { viewer { ... { id } ... on Viewer { name } } }', 3],
  ];
  it.for(cases)(
    'counts %s',
    async ([_, selection, cost, { variables, definitions = '', fragments = '' } = {}], {
      sharedTeam: team,
      app,
    }) => {
      const query = `query${definitions} { ${LARGE} ${selection} } ${fragments}`;
      expect((await costOf(team, app, query, variables)) - LARGE_COST).toBe(cost);
    },
  );

  it('is that of the operation that `operationName` selects', async ({ sharedTeam: team, app }) => {
    const query = `query Small { viewer { name } } query Large { ${LARGE} }`;
    expect(await ways.POST?.(team, app, { query, operationName: 'Small' })).toEqual({
      data: { viewer: { name: 'Ann' } },
    });
    expect(await ways.POST?.(team, app, { query, operationName: 'Large' })).toEqual(
      refused('cost', 100_000, LARGE_COST),
    );
  });

  it('is computed in linear time when fragments spread fragments exponentially often', async ({
    sharedTeam: team,
    app,
  }) => {
    const levels = 60;
    const fragments = Array.from(
      { length: levels },
      (_, n) => `fragment F${n} on Viewer { ...F${n + 1} ...F${n + 1} ...F${n + 1} }`,
    );
    const query = `{ viewer { ...F0 } } ${fragments.join(' ')} fragment F${levels} on Viewer { id }`;
    expect(await costOf(team, app, query)).toBeGreaterThanOrEqual(3 ** levels);
  });
});

describe('the limits', () => {
  it('refuse a mutation before it writes anything', async ({ sharedTeam: team, app }) => {
    const before = await team.footprint();
    const act = `spawnSession(input: { projectId: "${team.project.id}" }) { __typename }`;
    const query = `mutation { ${Array.from({ length: 31 }, (_, n) => `a${n}: ${act}`).join(' ')} }`;
    expect(await ways.POST?.(team, app, { query })).toEqual(refused('aliases', 30, 31));
    expect(await team.footprint()).toEqual(before);
  });

  it('refuse a subscription whose events would be too large', async ({ sharedTeam: team, app }) => {
    const query = `subscription($id: ID!) { sessionChanged(organizationId: $id) { session { project { organization {
      sessions(first: 100) { nodes { project { organization { sessions(first: 100) { nodes { ${'id '.repeat(10)}
    } } } } } } } } } } }`;
    for (const way of ['SSE', 'WebSocket']) {
      expect(await ways[way]?.(team, app, { query, variables: { id: team.id } })).toMatchObject({
        errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX', measure: 'cost' } }],
      });
    }
  });

  it('admit the introspection query together with other fields', async ({ sharedTeam: team, app }) => {
    const query = getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    const answer = await ways.POST?.(team, app, {
      query: query.replace('{', '{ viewer { organizations { nodes { id } } }'),
    });
    expect(answer).toMatchObject({ data: { __schema: { types: expect.any(Array) } } });
  });

  it.for(TABS.filter((tab) => !tab.includes('subscription')))(
    'admit the tab of the playground: %s',
    async (tab, { sharedTeam: team, app }) => {
      expect(await ways.POST?.(team, app, { query: tab })).not.toHaveProperty('errors');
    },
  );
});
