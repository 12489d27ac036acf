/** The read permissions of every field of every type, tried by every kind of viewer. */

import { parseGlobalId } from '../../src/value/globalId.ts';
import { connections, errors, events, fieldsOf, nodes, objectTypes, payloads } from '../schema/shape.ts';
import type { Psql } from '../support/psql.ts';
import { describe, expect } from '../support/test.ts';
import { INSIDERS, type Insider, OUTSIDERS, type Outsider, ROLES, test } from './cast.ts';
import { FIELDS, THINGS } from './readers.ts';
import { everyField, objectType } from './selection.ts';
import { furnish, type Walk, walk } from './walk.ts';

/** Types that no object refers to: plans and the catalogue are asked for. */
const IN_ANSWERS_ONLY =
  /^(OrgImport(Plan|Item|Drift|Requirement)|Template(InstallPlan|PlanItem|FieldDiff|Conflict))$/;

const READERS = [...OUTSIDERS, ...INSIDERS];

const it = test
  /** The reference of a pull request of the team. */
  .extend('ref', { scope: 'file' }, async ({ cast, psql }) => {
    await furnish(cast.otherTeam, psql);
    return await furnish(cast.team, psql);
  })
  /** The walk of each viewer. */
  .extend('walks', { scope: 'file' }, async ({ cast, ref }) => {
    const walks = {} as Record<Outsider | Insider, Walk>;
    for (const role of READERS) walks[role] = await walk(cast.clients[role], ref);
    return walks;
  })
  /** The id of one object of each type, all of the team. */
  .extend('ids', { scope: 'file' }, async ({ cast, ref, psql }) => {
    if (!ref) throw new Error('The team has no pull request.');
    const ids: Record<string, string> = {};
    for (const id of await storedIds(psql, cast.team.id)) ids[parseGlobalId(id)?.type ?? ''] ??= id;
    return { ...ids, User: cast.colleagues.member } as Record<string, string>;
  });

it('the reader tables have every node type and every field of every type', () => {
  expect(THINGS.map(({ name }) => name).sort()).toEqual(nodes.map(({ name }) => name).sort());
  // Payloads, errors and events have their own tables; all connections have the same fields.
  const elsewhere = [
    ...payloads,
    ...errors,
    ...connections,
    ...events.filter(({ name }) => name !== 'Change'),
  ];
  const types = objectTypes.filter(
    (type) =>
      !elsewhere.includes(type) &&
      !/^(Query|Mutation|Subscription|InputIssue|OrgImport(Plan|Item|Drift|Requirement))$|Edge$/.test(
        type.name,
      ),
  );
  expect(Object.fromEntries(types.map((type) => [type.name, fieldNames(type.name)]))).toEqual(
    Object.fromEntries(Object.entries(FIELDS).map(([name, fields]) => [name, fields.split(' ').sort()])),
  );
});

describe.each(THINGS)('reading $name', ({ name, ...readers }) => {
  it.for(READERS.map((role) => [role, readers[role]] as const))(
    'gives the viewer "%s" "%s"',
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

  it('fails with 401 and without the id for a client without a token', async ({ cast, ids }) => {
    const response = await cast.clients.nobody.raw({
      query: `query($id: ID!) { node(id: $id) { id } }`,
      variables: { id: ids[name] },
    });
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain(ids[name]);
  });
});

describe('a walk through all fields and ids that the viewer sees', () => {
  it.for(INSIDERS)(
    'reaches every object of the organization for the role %s',
    async (role, { cast, walks, psql }) => {
      expect([...walks[role].ids]).toEqual(expect.arrayContaining(await storedIds(psql, cast.team.id)));
    },
  );

  it.for(OUTSIDERS)(
    'finds no id of the organization for the viewer "%s"',
    async (role, { cast, walks, psql }) => {
      const found = walks[role].ids;
      expect((await storedIds(psql, cast.team.id)).filter((id) => found.has(id))).toEqual([]);
      // The viewer did see something of their own.
      expect(found.size).toBeGreaterThan(1);
    },
  );

  it('reaches every type', ({ walks }) => {
    const expected = [...Object.keys(FIELDS), ...connections.map(({ name }) => name)].filter(
      (name) => !IN_ANSWERS_ONLY.test(name),
    );
    expect([...walks.owner.types]).toEqual(expect.arrayContaining(expected));
  });

  it('finds no empty text, because what is absent is null', ({ walks }) => {
    expect(walks.owner.text.match(/"\w+":""/g) ?? []).toEqual([]);
  });

  it('finds no id that objects of two types share', ({ walks }) => {
    const { typesOfId } = walks.owner;
    expect(typesOfId.size).toBeGreaterThan(20);
    expect([...typesOfId].filter(([, types]) => types.size > 1)).toEqual([]);
  });

  it('returns no hash and no secret of a token to any viewer', async ({ cast, walks, psql }) => {
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

/** The global ids of all rows of an organization. The tables are named after their types. */
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
