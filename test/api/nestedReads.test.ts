/** The fields of many objects are read with as many statements as those of one: for every field with a selection. */
import { type GraphQLObjectType, isCompositeType, isObjectType, isRequiredArgument } from 'graphql';
import { connections, fieldsOf, namedTypeOf, nodes } from '../schema/shape.ts';
import { objectType } from '../security/selection.ts';
import { furnish } from '../security/walk.ts';
import { countStatements } from '../support/statements.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, it } from '../support/test.ts';

type Field = ReturnType<typeof fieldsOf>[number];

const ORGANIZATIONS = 4;

/** Every organization has a feed of its own. */
const PER_ORGANIZATION = ['Organization.changes'];

const isList = (field: Field) => connections.some((connection) => connection === namedTypeOf(field));

/** The type of the objects that a field returns, alone or in a list. */
function objectsOf(field: Field): GraphQLObjectType | undefined {
  const type = namedTypeOf(field);
  if (!isObjectType(type)) return undefined;
  const node = isList(field) && fieldsOf(type).find(({ name }) => name === 'nodes');
  return node ? objectsOf(node) : type;
}

const followed = (type: GraphQLObjectType) =>
  fieldsOf(type).filter(
    (field) => isCompositeType(namedTypeOf(field)) && !field.args.some(isRequiredArgument),
  );

/** The shortest way from an organization to each type: the fields, each around the next. */
const ways = new Map<GraphQLObjectType, Field[]>([[objectType('Organization'), []]]);
for (const [type, way] of ways) {
  for (const field of followed(type)) {
    const next = objectsOf(field);
    if (next && !ways.has(next)) ways.set(next, [...way, field]);
  }
}

const around = (way: Field[], selection: string) =>
  way.reduceRight(
    (inner, field) =>
      isList(field) ? `${field.name}(first: 5) { nodes { ${inner} } }` : `${field.name} { ${inner} }`,
    selection,
  );

const select = (field: Field) =>
  isList(field)
    ? `${field.name}(first: 2) { totalCount nodes { __typename } pageInfo { endCursor } }`
    : `${field.name} { __typename }`;

const CASES = [...ways].flatMap(([type, way]) =>
  followed(type)
    .map((field) => ({ title: `${type.name}.${field.name}`, way, field }))
    .filter(({ title }) => !PER_ORGANIZATION.includes(title)),
);

it.beforeAll(async ({ sharedTeam: team, createTeam, psql }) => {
  await furnish(team, psql);
  for (let n = 1; n < ORGANIZATIONS; n += 1) await furnish(await createTeam(team.owner), psql);
});

/** The number of statements that read a selection of some organizations, and the response. */
async function cost(team: Team, databaseUrl: string, organizations: number, selection: string) {
  const query = `{ viewer { organizations(first: ${organizations}) { nodes { ${selection} } } } }`;
  const counter = countStatements(databaseUrl);
  try {
    const { data, errors } = await (await team.owner.raw({ query })).json();
    expect(errors).toBeUndefined();
    return { statements: counter.count(), data: data.viewer.organizations.nodes };
  } finally {
    counter.stop();
  }
}

it('the ways lead to every node of an organization', () => {
  const reached = [...ways.keys()].map(({ name }) => name);
  expect(reached).toEqual(
    expect.arrayContaining(nodes.map(({ name }) => name).filter((name) => name !== 'Viewer')),
  );
  expect(CASES.length).toBeGreaterThan(100);
});

describe.each(CASES)('$title', ({ way, field }) => {
  it('is read for many objects as for one', async ({ sharedTeam: team, database }) => {
    const selection = around(way, select(field));
    const one = await cost(team, database.url, 1, selection);
    const many = await cost(team, database.url, ORGANIZATIONS, selection);
    expect(many.data.length).toBe(ORGANIZATIONS);
    expect(many.statements).toBe(one.statements);
  });

  if (!field.args.some(({ name }) => name === 'last')) return;

  it('is read under several names for many objects as for one', async ({ sharedTeam: team, database }) => {
    const selection = around(way, `a: ${select(field)} b: ${select(field).replace('first: 2', 'last: 1')}`);
    const one = await cost(team, database.url, 1, selection);
    const many = await cost(team, database.url, ORGANIZATIONS, selection);
    expect(many.statements).toBe(one.statements);
  });
});
