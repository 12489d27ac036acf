/** Every list of the schema, queried for one part of a page at a time. */

import { parseGlobalId } from '../../src/value/globalId.ts';
import { connections, fieldsOf, namedTypeOf, nodes, objectTypes } from '../schema/shape.ts';
import { furnish, walk } from '../security/walk.ts';
import { AddMember } from '../support/mutations.ts';
import { succeeded } from '../support/outcome.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, it } from '../support/test.ts';

const PARTS = [
  '__typename',
  'totalCount',
  'nodes { __typename }',
  'edges { __typename }',
  'edges { cursor }',
  'edges { node { __typename } }',
  'pageInfo { hasNextPage }',
  'pageInfo { hasPreviousPage }',
  'pageInfo { startCursor }',
  'pageInfo { endCursor }',
];

const lists = objectTypes
  .flatMap((type) => fieldsOf(type))
  .filter((field) => connections.some((connection) => connection === namedTypeOf(field)))
  .flatMap(({ of, name, args }) => {
    const isForwardOnly = !args.some((arg) => arg.name === 'last');
    const pages = isForwardOnly ? ['first: 1'] : ['first: 1', 'last: 1'];
    return pages.flatMap((page) =>
      filtersOf(`${of}.${name}`).map((filter) => ({
        of,
        name,
        args: page + filter,
        title: `${of}.${name}(${page}${filter})`,
      })),
    );
  });

/**
 * Organization.sessions is read with or without the view of the statuses, which its arguments decide. Organization.search
 * requires a text.
 */
function filtersOf(list: string): string[] {
  if (list === 'Organization.search') return [', query: "7"'];
  if (list !== 'Organization.sessions') return [''];
  const orders = ['CREATED_AT', 'UPDATED_AT', 'ACTIVITY', 'STATUS'].map((order) => `, orderBy: ${order}`);
  return [...orders, ', lane: NEEDS_YOU'];
}

/** The ids of the nodes of each type. */
let idsByType: Map<string | undefined, string[]>;
it.beforeAll(async ({ sharedTeam: team, createTeam, psql }) => {
  const ref = await furnish(team, psql);
  const agent = await team.hire();
  const session = await team.spawn({ agentId: agent.id });
  team.onGitHub(8, { checks: [{ name: 'build', conclusion: 'FAILURE' }] });
  succeeded(await team.claim(session.id, 8));
  const ended = await team.spawn();
  team.onGitHub(9);
  succeeded(await team.claim(ended.id, 9));
  await team.terminate(ended.id);
  const { ids } = await walk(team.owner, ref);
  idsByType = Map.groupBy(ids, (id) => parseGlobalId(id)?.type);
  // After the walk, which could not read the organization of the invitation.
  const host = await createTeam();
  const invitation = {
    organizationId: host.id,
    email: team.owner.email,
    name: 'Ann',
    role: 'MEMBER' as const,
  };
  succeeded((await host.owner.query(AddMember, { input: invitation })).addMember);
});

/** The page of a list, for each node that has that list. */
async function read(team: Team, { of, name, args }: (typeof lists)[number], part: string) {
  const list = `{ ${name}(${args}) { ${part} } }`;
  if (of === 'Query') return [(await ask(team, list))[name]];
  const found =
    of === 'Viewer'
      ? [await ask(team, `{ node: viewer ${list} }`)]
      : await Promise.all(
          (idsByType.get(of) ?? []).map((id) => ask(team, `{ node(id: "${id}") { ... on ${of} ${list} } }`)),
        );
  return found.map(({ node }) => node[name]);
}

async function ask(team: Team, query: string) {
  const { data, errors } = await (await team.owner.raw({ query })).json();
  expect(errors).toBeUndefined();
  return data;
}

it('every list of the schema is one of a node, of the viewer or of the root, and so is tested', () => {
  const places = [...nodes.map(({ name }) => name), 'Viewer', 'Query'];
  expect(lists.filter(({ of }) => !places.includes(of))).toEqual([]);
});

it('the schema has more than 40 lists to test', () => {
  expect(lists.length).toBeGreaterThan(40);
});

describe.each(lists)('$title', (list) => {
  it('returns each part of a page alone as it does together with the others', async ({
    sharedTeam: team,
  }) => {
    const whole = await read(team, list, PARTS.join(' '));
    expect(whole.some((page) => page.totalCount > 0 && page.nodes.length === 1)).toBe(true);
    for (const part of PARTS) {
      const alone = await read(team, list, part);
      expect(whole).toMatchObject(alone);
    }
  });

  it('returns each part of a page for several parents at once as it does for one', async ({
    sharedTeam: team,
  }) => {
    if (!nodes.some(({ name }) => name === list.of)) return;
    const ids = JSON.stringify((idsByType.get(list.of) ?? []).slice(0, 100));
    for (const part of PARTS) {
      const query = `{ nodes(ids: ${ids}) { ... on ${list.of} { ${list.name}(${list.args}) { ${part} } } } }`;
      const { nodes: parents } = await ask(team, query);
      const together = parents.map((parent: Record<string, unknown>) => parent[list.name]);
      expect(together).toEqual(await read(team, list, part));
    }
  });
});
