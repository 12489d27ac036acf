/** The fields of many objects are read with as many statements as those of one: for every field with a selection. */
import {
  type GraphQLObjectType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { connections, fieldsOf, namedTypeOf, nodes, schema } from '../schema/shape.ts';
import { objectType } from '../security/selection.ts';
import { furnish } from '../security/walk.ts';
import { countStatements } from '../support/statements.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, it } from '../support/test.ts';

type Field = ReturnType<typeof fieldsOf>[number];
/** A field that leads to objects of a type. */
type Step = { field: Field; to: GraphQLObjectType };

const ORGANIZATIONS = 4;

/** A read that was not compiled, but left to Prisma. Counts by group are not compiled. */
const PRISMAS = /FROM "public"\.(?!.*GROUP BY)/s;

/** Every organization has a feed of its own. */
const PER_ORGANIZATION = ['Organization.changes'];

const isList = (field: Field) => connections.some((connection) => connection === namedTypeOf(field));

/** The types of the objects that a field returns, alone or in a list. */
function objectsOf(field: Field): readonly GraphQLObjectType[] {
  const type = namedTypeOf(field);
  if (isInterfaceType(type)) return schema.getPossibleTypes(type);
  if (!isObjectType(type)) return [];
  const node = isList(field) && fieldsOf(type).find(({ name }) => name === 'nodes');
  return node ? objectsOf(node) : [type];
}

const titleOf = ({ of, name }: Field) => `${of}.${name}`;

const followed = (type: GraphQLObjectType) =>
  fieldsOf(type).filter(
    (field) =>
      isCompositeType(namedTypeOf(field)) &&
      !field.args.some(isRequiredArgument) &&
      !PER_ORGANIZATION.includes(titleOf(field)),
  );

/** The shortest way from an organization to each type: the fields, each around the next. */
const ways = new Map<GraphQLObjectType, Step[]>([[objectType('Organization'), []]]);
for (const [type, way] of ways) {
  for (const field of followed(type)) {
    for (const to of objectsOf(field)) if (!ways.has(to)) ways.set(to, [...way, { field, to }]);
  }
}

const around = (way: Step[], selection: string) =>
  way.reduceRight((inner, { field, to }) => {
    const objects = `... on ${to.name} { ${inner} }`;
    return isList(field)
      ? `${field.name}(first: 5) { nodes { ${objects} } }`
      : `${field.name} { ${objects} }`;
  }, selection);

const select = (field: Field) =>
  isList(field)
    ? `${field.name}(first: 2) { totalCount nodes { __typename } pageInfo { endCursor } }`
    : `${field.name} { __typename }`;

const CASES = [...ways].flatMap(([type, way]) =>
  followed(type).map((field) => ({ title: titleOf(field), way, field })),
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
    expect(counter.statements().filter(({ text }) => PRISMAS.test(text))).toEqual([]);
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
