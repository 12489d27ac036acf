import { graphql } from '../../graphql/gql.ts';
import type { SearchQueryVariables } from '../../graphql/graphql.ts';
import { succeeded } from '../../support/outcome.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const Search = graphql(`
  query Search(
    $slug: String!
    $query: String!
    $types: [SearchType!]
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    organization(slug: $slug) {
      search(query: $query, types: $types, first: $first, after: $after, last: $last, before: $before) {
        totalCount
        nodes {
          __typename
          id
          ... on Session {
            name
            lane
          }
          ... on PullRequest {
            title
            session {
              name
            }
          }
        }
        pageInfo {
          hasNextPage
          hasPreviousPage
          startCursor
          endCursor
        }
      }
    }
  }
`);

type More = Partial<SearchQueryVariables>;

async function search(team: Team, query: string, more: More = {}) {
  const { organization } = await team.owner.query(Search, { slug: team.slug, query, ...more });
  if (!organization) throw new Error('The organization is not visible.');
  return organization.search;
}

const idsOf = async (team: Team, query: string, more: More = {}) =>
  (await search(team, query, more)).nodes.map(({ id }) => id);

async function claimed(team: Team, number: number, title: string): Promise<string> {
  team.onGitHub(number, { title, author: 'ines', sourceBranch: `work-${number}` });
  return succeeded(await team.claim((await team.spawn()).id, number)).pullRequest.id;
}

describe('Organization.search', () => {
  it('finds a session by its name, and a pull request by its number, reference and URL', async ({ team }) => {
    const session = await team.spawn({ branch: 'fix/pumps' });
    const id = await claimed(team, 142, 'Lift off');
    expect(await search(team, session.name)).toMatchObject({
      totalCount: 1,
      nodes: [{ __typename: 'Session', id: session.id, name: session.name, lane: 'WORKING' }],
    });
    for (const ref of [
      '142',
      '#142',
      `${team.slug}/Rocket#142`,
      `https://github.com/${team.slug}/rocket/pull/142/files`,
    ]) {
      expect(await search(team, ref), ref).toMatchObject({
        totalCount: 1,
        nodes: [{ __typename: 'PullRequest', id, title: 'Lift off', session: { name: 'rocket-2' } }],
      });
    }
    expect(await idsOf(team, `${team.slug}/rockets#142`)).toEqual([]);
  });

  it('finds each object in whose texts every word occurs, whatever the letter case', async ({ team }) => {
    const pumps = await team.spawn({ displayName: 'INIT pumps', branch: 'fix/coolant' });
    const agent = await team.hire({ name: 'Pump wright', role: 'engineer' });
    const pull = await claimed(team, 7, 'Replace the coolant pump');
    expect(await idsOf(team, 'pump coolant')).toEqual(expect.arrayContaining([pumps.id, pull]));
    expect(await idsOf(team, 'COOLANT')).toHaveLength(2);
    // In the collation of this database, the lower case of I is a dotless ı.
    expect(await idsOf(team, 'init')).toEqual([pumps.id]);
    expect(await idsOf(team, 'wright')).toEqual([agent.id]);
    expect(await idsOf(team, 'engineer pump')).toEqual([agent.id]);
    expect(await idsOf(team, 'pu')).toHaveLength(3);
    expect(await idsOf(team, 'um')).toEqual([]);
    expect(await idsOf(team, 'pump valve')).toEqual([]);
    for (const types of [['SESSION'], ['PULL_REQUEST'], ['AGENT']] as const) {
      expect(await idsOf(team, 'pump', { types: [...types] })).toHaveLength(1);
    }
    expect(await search(team, 'pump', { types: [] })).toMatchObject({ totalCount: 0, nodes: [] });
  });

  it('returns the best first: names, then whole texts, then beginnings of words, then the newest', async ({
    team,
  }) => {
    const inside = await team.spawn({ displayName: 'unrocket-2x' });
    const named = await team.spawn({ displayName: 'other' });
    const begins = await team.spawn({ displayName: 'my rocket-2 run' });
    const whole = await team.spawn({ displayName: 'Rocket-2' });
    const newer = await team.spawn({ displayName: 'a_rocket-2' });
    expect(await idsOf(team, 'rocket-2')).toEqual([named.id, whole.id, begins.id, newer.id, inside.id]);
  });

  it('takes characters of patterns literally', async ({ team }) => {
    const percent = await team.spawn({ displayName: '100% done' });
    const underscore = await team.spawn({ displayName: 'snake_case' });
    const backslash = await team.spawn({ displayName: 'a\\b path' });
    await team.spawn({ displayName: 'snakeXcase 100x' });
    expect(await idsOf(team, '100%')).toEqual([percent.id]);
    expect(await idsOf(team, 'snake_case')).toEqual([underscore.id]);
    expect(await idsOf(team, 'a\\b')).toEqual([backslash.id]);
    expect(await idsOf(team, '%')).toEqual([]);
  });

  it('has pages in both directions, which the database cuts', async ({ team }) => {
    for (let n = 0; n < 5; n += 1) await team.spawn({ displayName: n % 2 ? `pump ${n}` : `unpump ${n}` });
    const all = await idsOf(team, 'pump');
    expect(all).toHaveLength(5);
    const first = await search(team, 'pump', { first: 2 });
    expect(first).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    const next = await search(team, 'pump', { first: 3, after: first.pageInfo.endCursor });
    expect(next.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect([...first.nodes, ...next.nodes].map(({ id }) => id)).toEqual(all);
    const back = await search(team, 'pump', { last: 2, before: next.pageInfo.startCursor });
    expect(back.nodes).toEqual(first.nodes);
    expect(back.pageInfo).toMatchObject({ hasPreviousPage: false, hasNextPage: true });
    expect(await idsOf(team, 'pump', { last: 1 })).toEqual(all.slice(-1));
    await expect(search(team, 'pump', { after: 'nonsense' })).rejects.toThrow('cursor');
  });

  it('finds nothing of another organization', async ({ team, createTeam }) => {
    await claimed(team, 142, 'Lift off');
    const other = await createTeam();
    for (const query of ['142', 'lift', 'rocket-1']) expect(await idsOf(other, query)).toEqual([]);
  });

  it.for(['', '   ', 'x'.repeat(101), 'a\0b', '\ud800'])('refuses the query %j', async (query, { team }) => {
    await expect(search(team, query)).rejects.toThrow('query must have 1 to 100 characters');
  });

  it.for([
    ['session', 'display_name, branch'],
    ['pull_request', 'title, author, source_branch'],
    ['agent', 'name, role'],
  ])('has an index on the texts of %s', async ([table, columns], { psql }) => {
    // In a small table, PostgreSQL would rather read all rows.
    await psql('SET enable_seqscan = off; SET enable_indexscan = off');
    const plan = await psql<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT id FROM ${table} WHERE search_text(${columns}) COLLATE "C" LIKE '%coolant%'`,
    );
    await psql('RESET enable_seqscan; RESET enable_indexscan');
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain(`${table}_search_idx`);
  });
});
