/** The connection `Organization.changes`: its pages in both directions and its filters. */

import { globalId } from '../../src/value/globalId.ts';
import type { Person } from '../support/app.ts';
import { SpawnSession } from '../support/mutations.ts';
import { succeeded } from '../support/outcome.ts';
import { uuidOf } from '../support/psql.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, it } from '../support/test.ts';

type Change = {
  cursor: string;
  type: string;
  entityId: string;
  occurredAt: string;
  actor: { user?: { id: string } | null };
};
type Page = {
  totalCount: number;
  nodes: Change[];
  edges: { cursor: string; node: { cursor: string } }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
};

let bob: Person;
let sessionId: string;
let agentId: string;
let all: Change[];
it.beforeAll(async ({ sharedTeam: team, psql, createTeam }) => {
  // The changes of another organization lie between.
  const other = await createTeam();
  bob = await team.join('MEMBER');
  for (let n = 0; n < 8; n += 1) {
    await team.spawn();
    await other.spawn();
  }
  const { spawnSession } = await bob.query(SpawnSession, { input: { projectId: team.project.id } });
  sessionId = succeeded(spawnSession).session.id;
  team.onGitHub(7, { checks: [{ name: 'build' }] });
  agentId = (await team.hire()).id;
  await team.claim(sessionId, 7);
  await team.terminate(sessionId);
  await psql(`UPDATE session SET display_name = 'by hand' WHERE id = $1`, [uuidOf(sessionId)]);
  await team.changes();
  all = (await page(team, '(first: 100)')).nodes;
});

async function ask(team: Team, args: string) {
  const query = `query($slug: String!) { organization(slug: $slug) { changes${args} {
    totalCount nodes { cursor type entityId occurredAt actor { ... on UserActor { user { id } } } } edges { cursor node { cursor } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } } }`;
  return await (await team.owner.raw({ query, variables: { slug: team.slug } })).json();
}

async function page(team: Team, args: string): Promise<Page> {
  const { data, errors } = await ask(team, args);
  expect(errors).toBeUndefined();
  return data.organization.changes;
}

/** All changes that pass a filter, read in small pages. Both directions return the same. */
async function paged(team: Team, filter: string): Promise<Change[]> {
  const found = await pagedForward(team, filter);
  expect(await pagedBackward(team, filter)).toEqual(found);
  return found;
}

async function pagedBackward(team: Team, filter: string): Promise<Change[]> {
  const found: Change[] = [];
  let before = '';
  for (let isMore = true; isMore; ) {
    const { nodes, pageInfo, totalCount } = await page(team, `(last: 3, ${filter} ${before})`);
    expect(pageInfo.hasNextPage).toBe(before !== '');
    found.unshift(...nodes);
    expect(found.length).toBeLessThanOrEqual(totalCount);
    isMore = pageInfo.hasPreviousPage;
    if (!isMore) expect(found).toHaveLength(totalCount);
    before = `, before: "${pageInfo.startCursor}"`;
  }
  return found;
}

async function pagedForward(team: Team, filter: string): Promise<Change[]> {
  const found: Change[] = [];
  let after = '';
  for (let isMore = true; isMore; ) {
    const { nodes, edges, pageInfo, totalCount } = await page(team, `(first: 3, ${filter} ${after})`);
    expect(pageInfo.hasPreviousPage).toBe(after !== '');
    expect(edges.map(({ cursor }) => cursor)).toEqual(nodes.map(({ cursor }) => cursor));
    expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual([
      nodes[0]?.cursor ?? null,
      nodes.at(-1)?.cursor ?? null,
    ]);
    found.push(...nodes);
    expect(found.length).toBeLessThanOrEqual(totalCount);
    isMore = pageInfo.hasNextPage;
    if (!isMore) expect(found).toHaveLength(totalCount);
    after = `, after: "${pageInfo.endCursor}"`;
  }
  return found;
}

it('`changes` lists each change of its organization once, oldest first', async ({
  sharedTeam: team,
  psql,
}) => {
  expect(all.length).toBeGreaterThan(15);
  expect(await paged(team, '')).toEqual(all);
  expect(new Set(all.map(({ cursor }) => cursor)).size).toBe(all.length);
  const created = all.filter(({ type }) => type === 'SESSION_CREATED');
  const stored = await psql<{ id: string }>(
    'SELECT id FROM session WHERE organization_id = $1 ORDER BY num',
    [uuidOf(team.id)],
  );
  expect(created.map(({ entityId }) => uuidOf(entityId))).toEqual(stored.map(({ id }) => id));
});

describe('a filter of `changes`', () => {
  it('by types returns only changes of these types', async ({ sharedTeam: team }) => {
    const found = await paged(team, 'types: [SESSION_CREATED, PR_CREATED]');
    expect(found).toEqual(all.filter(({ type }) => ['SESSION_CREATED', 'PR_CREATED'].includes(type)));
    expect(found).toHaveLength(10);
    expect(await paged(team, 'types: []')).toEqual([]);
  });

  it('by entity returns only changes of that entity', async ({ sharedTeam: team }) => {
    const found = await paged(team, `entityId: "${sessionId}"`);
    expect(found).toEqual(all.filter(({ entityId }) => entityId === sessionId));
    expect(found.map(({ type }) => type)).toEqual([
      'SESSION_CREATED',
      'SESSION_UPDATED',
      'SESSION_UPDATED',
      'SESSION_UPDATED',
    ]);
  });

  it('by an entity id of another type returns nothing', async ({ sharedTeam: team }) => {
    const uuid = uuidOf(sessionId);
    for (const type of ['Project', 'PullRequest', 'PullRequestCheck']) {
      expect(await paged(team, `entityId: "${globalId(type, uuid)}"`)).toEqual([]);
    }
    expect(await paged(team, `entityId: "${sessionId}", types: [PROJECT_CREATED]`)).toEqual([]);
    expect(await paged(team, `actorId: "${globalId('Agent', bob.userId)}"`)).toEqual([]);
  });

  it.for([
    ['entityId', 'User'],
    ['entityId', 'Organization'],
    ['entityId', 'Nonsense'],
    ['entityId', 'toString'],
    ['actorId', 'Session'],
    ['actorId', 'Token'],
    ['agentId', 'Session'],
    ['projectId', 'Session'],
    ['sessionId', 'Project'],
  ] as const)(
    'by `%s` with the id of a %s, which can match no change, is BAD_USER_INPUT',
    async ([argument, type], { sharedTeam: team }) => {
      const { errors } = await ask(team, `(${argument}: "${globalId(type, uuidOf(sessionId))}")`);
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    },
  );

  it('by actor returns only changes that the actor made', async ({ sharedTeam: team }) => {
    const actor = globalId('User', bob.userId);
    const found = await paged(team, `actorId: "${actor}"`);
    expect(found).toEqual(all.filter(({ actor: { user } }) => user?.id === actor));
    // Bob accepted an invitation, and spawned a session.
    expect(found.map(({ type }) => type)).toEqual([
      'INVITATION_ARCHIVED',
      'MEMBER_CREATED',
      'SESSION_CREATED',
    ]);
  });

  it('by session, agent or project returns the changes that concern it', async ({ sharedTeam: team }) => {
    const types = (found: Change[]) => new Set(found.map(({ type }) => type));
    const ofSession = await paged(team, `sessionId: "${sessionId}"`);
    // Those of the session itself, of its pull request, and of the request's checks.
    expect(ofSession).toEqual(expect.arrayContaining(all.filter(({ entityId }) => entityId === sessionId)));
    expect([...types(ofSession)]).toEqual(
      expect.arrayContaining(['SESSION_CREATED', 'PR_CREATED', 'PR_CHECK_RECORDED']),
    );
    const created = ofSession.filter(({ type }) => type === 'SESSION_CREATED');
    expect(created.map(({ entityId }) => entityId)).toEqual([sessionId]);

    const ofProject = await paged(team, `projectId: "${team.project.id}", types: [SESSION_CREATED]`);
    expect(ofProject).toEqual(all.filter(({ type }) => type === 'SESSION_CREATED'));

    const ofAgent = await paged(team, `agentId: "${agentId}"`);
    expect(ofAgent.map(({ type }) => type)).toEqual(['AGENT_CREATED', 'TOKEN_CREATED']);
    expect(ofAgent[0]?.entityId).toBe(agentId);
    expect(await paged(team, `agentId: "${agentId}", sessionId: "${sessionId}"`)).toEqual([]);
  });

  it('by time includes `since` and excludes `until`', async ({ sharedTeam: team }) => {
    const moment = all[8]?.occurredAt ?? '';
    const since = await paged(team, `since: "${moment}"`);
    const until = await paged(team, `until: "${moment}"`);
    expect(since.length).toBeGreaterThan(0);
    expect(until.length).toBeGreaterThan(0);
    expect([...until, ...since]).toEqual(all);
    expect(await paged(team, `since: "${moment}", until: "${moment}"`)).toEqual([]);
  });

  it('combined with others returns the changes that pass all of them', async ({ sharedTeam: team }) => {
    const found = await paged(
      team,
      `types: [SESSION_UPDATED, SESSION_CREATED], entityId: "${sessionId}", actorId: "${globalId('User', team.owner.userId)}"`,
    );
    expect(found.map(({ type }) => type)).toEqual(['SESSION_UPDATED', 'SESSION_UPDATED']);
  });
});

describe('a page of `changes`', () => {
  it('read backward has the newest changes before its cursor, oldest first', async ({ sharedTeam: team }) => {
    const newest = await page(team, '(last: 4)');
    expect(newest.nodes).toEqual(all.slice(-4));
    expect(newest.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: true,
      startCursor: newest.nodes[0]?.cursor,
      endCursor: newest.nodes[3]?.cursor,
    });
    const cursor = all[6]?.cursor;
    expect((await page(team, `(last: 2, before: "${cursor}")`)).nodes).toEqual(all.slice(4, 6));
    expect((await page(team, `(before: "${cursor}")`)).nodes).toEqual(all.slice(0, 6));
    expect((await page(team, `(last: 0, before: "${cursor}")`)).nodes).toEqual([]);
    expect((await page(team, `(last: 3, before: "${all[0]?.cursor}")`)).pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: null,
      endCursor: null,
    });
  });

  it('between two cursors begins or ends at one of them', async ({ sharedTeam: team }) => {
    const between = `after: "${all[2]?.cursor}", before: "${all[8]?.cursor}"`;
    expect((await page(team, `(${between})`)).nodes).toEqual(all.slice(3, 8));
    expect((await page(team, `(first: 2, ${between})`)).nodes).toEqual(all.slice(3, 5));
    expect((await page(team, `(last: 2, ${between})`)).nodes).toEqual(all.slice(6, 8));
    const crossed = `after: "${all[8]?.cursor}", before: "${all[2]?.cursor}"`;
    for (const direction of ['first', 'last']) {
      expect((await page(team, `(${direction}: 2, ${crossed})`)).nodes).toEqual([]);
    }
  });

  it('has 25 changes by default, and 100 at most', async ({ sharedTeam: team, psql }) => {
    const [{ id } = { id: '' }] = await psql<{ id: string }>(
      'SELECT id FROM session WHERE num = 1 AND organization_id = $1',
      [uuidOf(team.id)],
    );
    for (let n = 0; n < 101; n += 1) {
      await psql('UPDATE session SET display_name = $2 WHERE id = $1', [id, `name ${n}`]);
    }
    await team.changes();
    expect((await page(team, '')).nodes).toHaveLength(25);
    expect((await page(team, '')).nodes).toEqual((await page(team, '(first: 25)')).nodes);
    const { nodes, totalCount } = await page(team, '(first: 1000)');
    expect(nodes).toHaveLength(100);
    expect(totalCount).toBeGreaterThan(100);
    const newest = await page(team, '(last: 1000)');
    expect(newest.nodes).toHaveLength(100);
    expect(newest.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  });

  it.for([
    ['(first: -1)', 'BAD_USER_INPUT'],
    ['(last: -1)', 'BAD_USER_INPUT'],
    ['(first: 1, last: 1)', 'BAD_USER_INPUT'],
    ['(before: "garbage")', 'INVALID_CURSOR'],
    ['(after: "garbage")', 'INVALID_CURSOR'],
    ['(after: "")', 'INVALID_CURSOR'],
    ['(after: "R1BDOlM6MQ==")', 'INVALID_CURSOR'],
  ] as const)(
    'with the arguments changes%s is refused with %s',
    async ([args, code], { sharedTeam: team }) => {
      const { data, errors } = await ask(team, args);
      expect(data).toEqual({ organization: null });
      expect(errors).toMatchObject([{ extensions: { code, requestId: expect.any(String) } }]);
      if (code === 'INVALID_CURSOR') {
        // The error names the cursor to start again from.
        const { nodes } = await page(team, `(first: 1, after: "${errors[0].extensions.oldestCursor}")`);
        expect(nodes).toEqual(all.slice(0, 1));
      }
    },
  );
});
