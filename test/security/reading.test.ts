/** Who may read what: every field of every type, by everybody there is. */

import { parseGlobalId } from '../../src/globalId.ts';
import { connections, errors, events, fieldsOf, nodes, objectTypes, payloads } from '../schema/shape.ts';
import type { Psql } from '../support/psql.ts';
import { describe, expect } from '../support/test.ts';
import { INSIDERS, type Insider, OUTSIDERS, type Outsider, ROLES, test } from './cast.ts';
import { FIELDS, THINGS } from './readers.ts';
import { everyField, objectType } from './selection.ts';
import { furnish, type Walk, walk } from './walk.ts';

const READERS = [...OUTSIDERS, ...INSIDERS];

const it = test
  /** A pull request of the team's. */
  .extend('ref', { scope: 'file' }, async ({ cast, psql }) => {
    await furnish(cast.otherTeam, psql);
    return await furnish(cast.team, psql);
  })
  /** What each viewer comes to. */
  .extend('walks', { scope: 'file' }, async ({ cast, ref }) => {
    const walks = {} as Record<Outsider | Insider, Walk>;
    for (const role of READERS) walks[role] = await walk(cast.clients[role], ref);
    return walks;
  })
  /** One thing of each type, the team's. */
  .extend('ids', { scope: 'file' }, async ({ cast, ref, psql }) => {
    if (!ref) throw new Error('The team has no pull request.');
    const ids: Record<string, string> = {};
    for (const id of await storedIds(psql, cast.team.id)) ids[parseGlobalId(id)?.type ?? ''] ??= id;
    return { ...ids, User: cast.colleagues.member } as Record<string, string>;
  });

it('knows every type with an id, and every field of every type', () => {
  expect(THINGS.map(({ name }) => name).sort()).toEqual(nodes.map(({ name }) => name).sort());
  // Payloads, errors and events have tables of their own; connections are all alike.
  const elsewhere = [
    ...payloads,
    ...errors,
    ...connections,
    ...events.filter(({ name }) => name !== 'Change'),
  ];
  const types = objectTypes.filter(
    (type) =>
      !elsewhere.includes(type) &&
      !/^(Query|Mutation|Subscription|InputIssue|OrgImport(Plan|Item|Drift|Requirement))$|ConnectionEdge$/.test(
        type.name,
      ),
  );
  expect(Object.fromEntries(types.map((type) => [type.name, fieldNames(type.name)]))).toEqual(
    Object.fromEntries(Object.entries(FIELDS).map(([name, fields]) => [name, fields.split(' ').sort()])),
  );
});

describe.each(THINGS)('$name', ({ name, ...readers }) => {
  it.for(READERS.map((role) => [role, readers[role]] as const))(
    '%s: %s',
    async ([role, reader], { cast, ids, ref }) => {
      const id = ids[name];
      if (!id) throw new Error(`The team has no ${name}.`);
      const response = await cast.clients[role].raw({
        query: `query($id: ID!${name === 'Organization' ? ', $ref: String!' : ''}) { node(id: $id) { ... on ${name} ${everyField(objectType(name))} } }`,
        variables: { id, ref },
      });
      const { data, errors: refusals } = await response.json();
      expect(refusals).toBeUndefined();
      if (reader === 'none') expect(data).toEqual({ node: null });
      else expect(Object.keys(data.node).sort()).toEqual(['__typename', ...fieldNames(name)].sort());
    },
  );

  it('is not shown to nobody', async ({ cast, ids }) => {
    const response = await cast.clients.nobody.raw({
      query: `query($id: ID!) { node(id: $id) { id } }`,
      variables: { id: ids[name] },
    });
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain(ids[name]);
  });
});

describe('following every id from what one sees', () => {
  it.for(INSIDERS)('%s comes to everything of the organization', async (role, { cast, walks, psql }) => {
    expect([...walks[role].ids]).toEqual(expect.arrayContaining(await storedIds(psql, cast.team.id)));
  });

  it.for(OUTSIDERS)('%s comes upon nothing of it, not even an id', async (role, { cast, walks, psql }) => {
    const found = walks[role].ids;
    expect((await storedIds(psql, cast.team.id)).filter((id) => found.has(id))).toEqual([]);
    // There was something to find.
    expect(found.size).toBeGreaterThan(1);
  });

  it('comes upon every type', ({ walks }) => {
    const expected = [...Object.keys(FIELDS), ...connections.map(({ name }) => name)];
    expect([...walks.owner.types]).toEqual(expect.arrayContaining(expected));
  });

  it('shows nobody the hash or the secret of a token', async ({ cast, walks, psql }) => {
    const [{ hash } = { hash: '' }] = await psql<{ hash: string }>('SELECT hash FROM token LIMIT 1');
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    const hashes = (await psql<{ hash: string }>('SELECT hash FROM token')).map((token) => token.hash);
    for (const role of ROLES) {
      if (role === 'nobody') continue;
      expect(hashes.filter((each) => walks[role].text.includes(each))).toEqual([]);
      expect(walks[role].text).not.toContain(cast.team.owner.token);
    }
  });
});

/** All that the database holds of an organization and that has a global id. Tables are named after their types. */
async function storedIds(psql: Psql, organizationId: string): Promise<string[]> {
  const tables = nodes
    .map(({ name }) => name)
    .filter((name) => name !== 'Organization' && name !== 'User')
    .map(
      (name) =>
        `SELECT '${name}' AS type, id FROM ${name.replaceAll(/(?<!^)[A-Z]/g, '_$&').toLowerCase()} WHERE organization_id = $1`,
    );
  const rows = await psql<{ type: string; id: string }>(tables.join(' UNION ALL '), [
    parseGlobalId(organizationId)?.uuid,
  ]);
  return [organizationId, ...rows.map(({ type, id }) => Buffer.from(`${type}:${id}`).toString('base64'))];
}

function fieldNames(type: string): string[] {
  return fieldsOf(objectType(type))
    .map(({ name }) => name)
    .sort();
}
