/** Connections: pages forward and backward list each node once, in one order. */

import { uuidOf } from '../support/psql.ts';
import type { CreateTeam, Team } from '../support/team.ts';
import { describe, expect, it } from '../support/test.ts';

type Page = {
  totalCount: number;
  nodes: { id: string; name: string }[];
  edges: { cursor: string; node: { id: string } }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
};

const SESSIONS = 30;
const UUID = '01890000-0000-7000-8000-000000000000';
const PLACE = Buffer.from(`GPC:S:2026-02-01T00:00:00.000Z ${UUID}`).toString('base64');

/** Newest first. */
let names: string[];
it.beforeAll(async ({ sharedTeam: team, psql }) => {
  for (let n = 0; n < SESSIONS; n += 1) await team.spawn();
  names = Array.from({ length: SESSIONS }, (_, index) => `rocket-${SESSIONS - index}`);
  // Ten with one creation time, so that their ids decide the order.
  await psql(
    'UPDATE session SET created_at = (SELECT created_at FROM session WHERE num = 15) WHERE num BETWEEN 11 AND 20',
  );
});

async function ask(team: Team, args: string) {
  const query = `query($slug: String!) { organization(slug: $slug) { sessions${args} {
    totalCount nodes { id name } edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } } }`;
  return await (await team.owner.raw({ query, variables: { slug: team.slug } })).json();
}

async function page(team: Team, args: string): Promise<Page> {
  const { data, errors } = await ask(team, args);
  expect(errors).toBeUndefined();
  return data.organization.sessions;
}

describe('a page of a connection', () => {
  it('has 25 nodes by default, newest first, ties by id, and the total count', async ({
    sharedTeam: team,
  }) => {
    const { nodes, totalCount, pageInfo } = await page(team, '');
    expect(nodes.map(({ name }) => name)).toEqual(names.slice(0, 25));
    expect(totalCount).toBe(SESSIONS);
    expect(pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  });

  it('lists the same nodes as `nodes` and as `edges` with cursors', async ({ sharedTeam: team }) => {
    const { nodes, edges, pageInfo } = await page(team, '(first: 3)');
    expect(edges.map(({ node }) => node.id)).toEqual(nodes.map(({ id }) => id));
    expect(new Set(edges.map(({ cursor }) => cursor)).size).toBe(3);
    expect(pageInfo).toMatchObject({ startCursor: edges[0]?.cursor, endCursor: edges[2]?.cursor });
  });

  it('counts all nodes that pass the filter, on every page', async ({ sharedTeam: team }) => {
    await team.terminate((await page(team, '(last: 1)')).nodes[0]?.id ?? '');
    expect(await page(team, '(live: false, first: 0)')).toMatchObject({ totalCount: 1, nodes: [] });
    expect((await page(team, '(live: true, first: 5)')).totalCount).toBe(SESSIONS - 1);
  });
});

describe.each([1, 7, 15, 30])('pages of %i', (size) => {
  it('list each node once, forward', async ({ sharedTeam: team }) => {
    const found: string[] = [];
    let after = '';
    for (let isMore = true; isMore; ) {
      const { nodes, pageInfo, totalCount } = await page(team, `(first: ${size}${after})`);
      expect(totalCount).toBe(SESSIONS);
      expect(pageInfo.hasPreviousPage).toBe(found.length > 0);
      found.push(...nodes.map(({ name }) => name));
      expect(found.length).toBeLessThanOrEqual(SESSIONS);
      isMore = pageInfo.hasNextPage;
      after = `, after: "${pageInfo.endCursor}"`;
    }
    expect(found).toEqual(names);
  });

  it('list each node once, backward', async ({ sharedTeam: team }) => {
    const found: string[] = [];
    let before = '';
    for (let isMore = true; isMore; ) {
      const { nodes, pageInfo } = await page(team, `(last: ${size}${before})`);
      expect(pageInfo.hasNextPage).toBe(found.length > 0);
      found.unshift(...nodes.map(({ name }) => name));
      expect(found.length).toBeLessThanOrEqual(SESSIONS);
      isMore = pageInfo.hasPreviousPage;
      before = `, before: "${pageInfo.startCursor}"`;
    }
    expect(found).toEqual(names);
  });
});

it('a cursor goes on where it was when nodes were added meanwhile', async ({ sharedTeam: team }) => {
  const first = await page(team, '(first: 10)');
  const { name } = await team.spawn();
  const second = await page(team, `(first: 10, after: "${first.pageInfo.endCursor}")`);
  expect(second.nodes.map((node) => node.name)).toEqual(names.slice(10, 20));
  const newer = await page(team, `(last: 10, before: "${first.pageInfo.startCursor}")`);
  expect(newer.nodes.map((node) => node.name)).toEqual([name]);
});

describe('a cursor goes on where it was when its node', () => {
  /** A team of twelve sessions, and a list of them, newest first. */
  async function listOf(team: Team, createTeam: CreateTeam, field: string) {
    const other = await createTeam(team.owner);
    const sessions: { id: string; name: string }[] = [];
    for (let n = 0; n < 12; n += 1) sessions.unshift(await other.spawn());
    const read = async (paging: string): Promise<Page> => {
      const query = `query($slug: String!) { organization(slug: $slug) {
        list: ${field.replace(')', `, ${paging})`)} { totalCount nodes { id } edges { cursor node { id } }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`;
      const { data, errors } = await (
        await team.owner.raw({ query, variables: { slug: other.slug } })
      ).json();
      expect(errors).toBeUndefined();
      return data.organization.list;
    };
    return { other, ids: sessions.map(({ id }) => id), read };
  }

  it.for([
    ['has left the filter by being terminated', 'sessions(live: true)', 'is_terminated = true'],
    ['has moved to another lane', 'sessions(lane: WORKING)', `activity_state = 'BLOCKED'`],
  ] as const)('%s', async ([_how, field, assignment], { sharedTeam: team, psql, createTeam }) => {
    const { ids, read } = await listOf(team, createTeam, field);
    const first = await read('first: 5');
    const last = await read('last: 5');
    for (const id of [ids[4], ids[7]]) {
      await psql(`UPDATE session SET ${assignment} WHERE id = $1`, [uuidOf(id ?? '')]);
    }
    const onwards = await read(`first: 3, after: "${first.pageInfo.endCursor}"`);
    expect(onwards.nodes.map(({ id }) => id)).toEqual([ids[5], ids[6], ids[8]]);
    expect(onwards).toMatchObject({ totalCount: 10, pageInfo: { hasNextPage: true, hasPreviousPage: true } });
    const backwards = await read(`last: 3, before: "${last.pageInfo.startCursor}"`);
    expect(backwards.nodes.map(({ id }) => id)).toEqual([ids[3], ids[5], ids[6]]);
    expect(backwards).toMatchObject({
      totalCount: 10,
      pageInfo: { hasNextPage: true, hasPreviousPage: true },
    });
  });

  it('was deleted', async ({ sharedTeam: team, psql, createTeam }) => {
    const { ids, read } = await listOf(team, createTeam, 'sessions(live: true)');
    const first = await read('first: 5');
    await psql('DELETE FROM session WHERE id = $1', [uuidOf(ids[4] ?? '')]);
    const { nodes } = await read(`first: 2, after: "${first.pageInfo.endCursor}"`);
    expect(nodes.map(({ id }) => id)).toEqual([ids[5], ids[6]]);
  });

  it('is no longer a member', async ({ sharedTeam: team, psql, createTeam }) => {
    const other = await createTeam(team.owner);
    const members: string[] = [];
    for (let n = 0; n < 5; n += 1) members.unshift((await other.join('MEMBER')).memberId);
    const read = async (paging: string): Promise<Page> => {
      const query = `query($slug: String!) { organization(slug: $slug) {
        members(${paging}) { totalCount nodes { id } pageInfo { endCursor } } } }`;
      const response = await team.owner.raw({ query, variables: { slug: other.slug } });
      return (await response.json()).data.organization.members;
    };
    const { pageInfo } = await read('first: 2');
    await psql('UPDATE membership SET removed_at = now() WHERE id = $1', [uuidOf(members[1] ?? '')]);
    const { nodes, totalCount } = await read(`first: 2, after: "${pageInfo.endCursor}"`);
    expect(nodes.map(({ id }) => id)).toEqual([members[2], members[3]]);
    expect(totalCount).toBe(5);
  });
});

it.for([
  ['viewer { list: organizations', '}'],
  ['organization(slug: $slug) { list: projects', '}'],
  ['organization(slug: $slug) { list: tokens', '}'],
  ['organization(slug: $slug) { list: pullRequests', '}'],
  ['organization(slug: $slug) { list: structureEvents', '}'],
] as const)('%s lists each node once, forward and backward', async ([field, end], { app, createTeam }) => {
  const owner = await app.signUp();
  const other = await createTeam(owner);
  for (let n = 1; n <= 3; n += 1) {
    await createTeam(owner);
    await other.register({ slug: `project-${n}` });
    other.onGitHub(n);
    await other.claim((await other.spawn()).id, n);
    await other.changes();
  }
  const read = async (paging: string): Promise<Page> => {
    const query = `query($slug: String!) { organization(slug: $slug) { id } ${field}(${paging}) {
      totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } ${end} }`;
    const { data, errors } = await (await owner.raw({ query, variables: { slug: other.slug } })).json();
    expect(errors).toBeUndefined();
    return (data.viewer ?? data.organization).list;
  };
  const all = (await read('first: 100')).nodes.map(({ id }) => id);
  expect(all.length).toBeGreaterThanOrEqual(3);
  const onwards: string[] = [];
  for (let paging = 'first: 2'; paging; ) {
    const { nodes, pageInfo } = await read(paging);
    onwards.push(...nodes.map(({ id }) => id));
    paging = pageInfo.hasNextPage ? `first: 2, after: "${pageInfo.endCursor}"` : '';
  }
  expect(onwards).toEqual(all);
  const backwards: string[] = [];
  for (let paging = 'last: 2'; paging; ) {
    const { nodes, pageInfo } = await read(paging);
    backwards.unshift(...nodes.map(({ id }) => id));
    paging = pageInfo.hasPreviousPage ? `last: 2, before: "${pageInfo.startCursor}"` : '';
  }
  expect(backwards).toEqual(all);
});

it('several lists of one parent, and lists within lists, are paged by cursors of their own', async ({
  sharedTeam: team,
  createTeam,
}) => {
  const other = await createTeam(team.owner);
  for (let n = 0; n < 4; n += 1) await other.spawn();
  const query = `query($slug: String!, $after: String, $before: String) { organization(slug: $slug) {
    projects(first: 1) { nodes { organization {
      onwards: sessions(first: 2, after: $after) { nodes { name } edges { cursor } }
      backwards: sessions(last: 2, before: $before) { nodes { name } edges { cursor } }
    } } } } }`;
  const read = async (variables: object) => {
    const response = await team.owner.raw({ query, variables: { slug: other.slug, ...variables } });
    return (await response.json()).data.organization.projects.nodes[0].organization;
  };
  const first = await read({});
  expect(first).toMatchObject({
    onwards: { nodes: [{ name: 'rocket-4' }, { name: 'rocket-3' }] },
    backwards: { nodes: [{ name: 'rocket-2' }, { name: 'rocket-1' }] },
  });
  expect(
    await read({ after: first.onwards.edges[0].cursor, before: first.backwards.edges[1].cursor }),
  ).toMatchObject({
    onwards: { nodes: [{ name: 'rocket-3' }, { name: 'rocket-2' }] },
    backwards: { nodes: [{ name: 'rocket-3' }, { name: 'rocket-2' }] },
  });
});

describe('contradictory or malformed paging arguments', () => {
  it.for([
    ['(first: -1)'],
    ['(last: -1)'],
    ['(first: 1, last: 1)'],
    ['(after: "garbage")'],
    ['(before: "garbage", last: 1)'],
    ['(after: "")'],
    ['(after: "\\u0000")'],
    [`(after: "${Buffer.from('GPC:S:1').toString('base64')}")`],
    [`(after: "${Buffer.from('GPC:N:1').toString('base64')}")`],
    [`(after: "${Buffer.from("GPC:S:' OR 1=1").toString('base64')}")`],
    [`(after: "${Buffer.from(`GPC:S:${UUID}`).toString('base64')}")`],
    [`(after: "${Buffer.from(`GPC:S:2026-02-31T00:00:00.000Z ${UUID}`).toString('base64')}")`],
    [`(after: "${Buffer.from(`GPC:S:2026-02-01T00:00:00.000Z ${UUID}0`).toString('base64')}")`],
    [`(first: 1, before: "${PLACE}")`],
    [`(last: 1, after: "${PLACE}")`],
    [`(after: "${PLACE}", before: "${PLACE}")`],
  ] as const)('are refused: sessions%s', async ([args], { sharedTeam: team }) => {
    const { data, errors } = await ask(team, args);
    expect(data).toEqual({ organization: null });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', requestId: expect.any(String) } }]);
  });
});

it('a page has 100 nodes at most', async ({ sharedTeam: team, psql, createTeam }) => {
  const other = await createTeam(team.owner);
  await psql(
    `INSERT INTO session (organization_id, project_id, kind)
     SELECT p.organization_id, p.id, 'WORKER' FROM project p, generate_series(1, 101)
      WHERE p.organization_id = (SELECT id FROM organization WHERE slug = $1)`,
    [other.slug],
  );
  const query = `query($slug: String!) { organization(slug: $slug) {
    onwards: sessions(first: 1000) { totalCount nodes { id } pageInfo { hasNextPage } }
    backwards: sessions(last: 1000) { totalCount nodes { id } pageInfo { hasPreviousPage } }
  } }`;
  const { data } = await (await team.owner.raw({ query, variables: { slug: other.slug } })).json();
  const { onwards, backwards } = data.organization;
  expect(onwards).toMatchObject({ totalCount: 101, pageInfo: { hasNextPage: true } });
  expect(backwards).toMatchObject({ totalCount: 101, pageInfo: { hasPreviousPage: true } });
  expect([onwards.nodes.length, backwards.nodes.length]).toEqual([100, 100]);
});
