/** Who may read what: every field of every type, by everybody there is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseGlobalId } from '../../src/globalId.ts';
import { connections, errors, events, fieldsOf, nodes, objectTypes, payloads } from '../schema/shape.ts';
import { startWork, type Work } from '../support/work.ts';
import { type Cast, createCast, INSIDERS, type Insider, OUTSIDERS, type Outsider, ROLES } from './cast.ts';
import { FIELDS, THINGS } from './readers.ts';
import { everyField, objectType } from './selection.ts';
import { furnish, type Walk, walk } from './walk.ts';

let work: Work;
let cast: Cast;
let ref: string;
const walks = {} as Record<Outsider | Insider, Walk>;
/** One of each type, the team's. */
const ids: Record<string, string> = {};

beforeAll(async () => {
  work = await startWork();
  cast = await createCast(work);
  ref = await furnish(cast.team);
  await furnish(cast.otherTeam);
  for (const role of [...OUTSIDERS, ...INSIDERS]) walks[role] = await walk(cast.clients[role], ref);
  for (const id of await storedIds(cast.team.id)) ids[parseGlobalId(id)?.type ?? ''] ??= id;
  ids.User = cast.colleagues.member;
});
afterAll(() => work.close());

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
      !/^(Query|Mutation|Subscription|InputIssue)$|ConnectionEdge$/.test(type.name),
  );
  expect(Object.fromEntries(types.map((type) => [type.name, fieldNames(type.name)]))).toEqual(
    Object.fromEntries(Object.entries(FIELDS).map(([name, fields]) => [name, fields.split(' ').sort()])),
  );
});

describe.each(THINGS)('$name', ({ name, ...readers }) => {
  it.each([...OUTSIDERS, ...INSIDERS].map((role) => [role, readers[role]] as const))(
    '%s: %s',
    async (role, reader) => {
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

  it('is not shown to nobody', async () => {
    const response = await cast.clients.nobody.raw({
      query: `query($id: ID!) { node(id: $id) { id } }`,
      variables: { id: ids[name] },
    });
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain(ids[name]);
  });
});

describe('following every id from what one sees', () => {
  it.each(INSIDERS)('%s comes to everything of the organization', async (role) => {
    expect([...walks[role].ids]).toEqual(expect.arrayContaining(await storedIds(cast.team.id)));
  });

  it.each(OUTSIDERS)('%s comes upon nothing of it, not even an id', async (role) => {
    const found = walks[role].ids;
    expect((await storedIds(cast.team.id)).filter((id) => found.has(id))).toEqual([]);
    // There was something to find.
    expect(found.size).toBeGreaterThan(1);
  });

  it('comes upon every type', () => {
    const expected = [...Object.keys(FIELDS), ...connections.map(({ name }) => name)];
    expect([...walks.owner.types]).toEqual(expect.arrayContaining(expected));
  });

  it('shows nobody the hash or the secret of a token', async () => {
    const [{ hash } = { hash: '' }] = await work.psql<{ hash: string }>('SELECT hash FROM token LIMIT 1');
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    const hashes = (await work.psql<{ hash: string }>('SELECT hash FROM token')).map((token) => token.hash);
    for (const role of ROLES) {
      if (role === 'nobody') continue;
      expect(hashes.filter((each) => walks[role].text.includes(each))).toEqual([]);
      expect(walks[role].text).not.toContain(cast.team.owner.token);
    }
  });
});

/** All that the database holds of an organization and that has a global id. Tables are named after their types. */
async function storedIds(organizationId: string): Promise<string[]> {
  const tables = nodes
    .map(({ name }) => name)
    .filter((name) => name !== 'Organization' && name !== 'User')
    .map(
      (name) =>
        `SELECT '${name}' AS type, id FROM ${name.replaceAll(/(?<!^)[A-Z]/g, '_$&').toLowerCase()} WHERE organization_id = $1`,
    );
  const rows = await work.psql<{ type: string; id: string }>(tables.join(' UNION ALL '), [
    parseGlobalId(organizationId)?.uuid,
  ]);
  return [organizationId, ...rows.map(({ type, id }) => Buffer.from(`${type}:${id}`).toString('base64'))];
}

function fieldNames(type: string): string[] {
  return fieldsOf(objectType(type))
    .map(({ name }) => name)
    .sort();
}
