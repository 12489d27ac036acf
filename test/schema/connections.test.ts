/** Every list of objects is a connection, and all connections have one shape. */
import { getNullableType, isCompositeType, isListType, isNonNullType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import {
  connections,
  errors,
  fieldsOf,
  namedTypeOf,
  objectTypes,
  payloads,
  schema,
  typeOf,
} from './shape.ts';

/** The lists that are bounded by their arguments, short by nature, or a whole tree, which no single page can show. */
const PLAIN_LISTS = [
  'Agent.laneCounts',
  'InstallManifest.creates',
  'Installation.drift',
  'OrgImport.warnings',
  'OrgImportItem.drift',
  'OrgImportPlan.items',
  'OrgImportPlan.unmetRequirements',
  'Organization.laneCounts',
  'Organization.workspaceTree',
  'Project.laneCounts',
  'PullRequest.unresolvedBy',
  'Query.nodes',
  'RelationshipType.rules',
  'TemplateInstallPlan.conflicts',
  'TemplateInstallPlan.items',
  'TemplatePlanItem.diff',
  'TemplatePlanItem.kept',
  'UnresolvedReviewer.links',
];

const connectionFields = objectTypes
  .flatMap((type) => fieldsOf(type))
  .filter((field) => connections.some((connection) => connection === namedTypeOf(field)))
  .map((field) => ({ path: `${field.of}.${field.name}`, field }));

it('finds connections in the schema', () => {
  expect(connections.length).toBeGreaterThan(10);
  expect(connectionFields.length).toBeGreaterThanOrEqual(connections.length);
});

describe.each(connections)('$name', (connection) => {
  it('is named after its nodes, and has nodes, edges, pageInfo, totalCount and feedCursor', () => {
    const node = connection.name.replace(/Connection$/, '');
    const edge = schema.getType(`${node}Edge`);
    if (!isObjectType(edge)) throw new Error(`${connection.name} has no edge type.`);
    expect(Object.fromEntries(fieldsOf(connection).map(({ name, type }) => [name, String(type)]))).toEqual({
      edges: `[${node}Edge!]!`,
      nodes: `[${node}!]!`,
      pageInfo: 'PageInfo!',
      totalCount: 'Int!',
      feedCursor: 'String!',
    });
    expect(typeOf(edge, 'node')).toBe(`${node}!`);
    expect(typeOf(edge, 'cursor')).toBe('String!');
  });
});

describe.each(connectionFields)('$path', ({ field }) => {
  it('is non-null and takes the paging arguments', () => {
    expect(isNonNullType(field.type)).toBe(true);
    const args = Object.fromEntries(field.args.map((arg) => [arg.name, arg.type.toString()]));
    expect(args).toMatchObject({ first: 'Int', after: 'String', last: 'Int', before: 'String' });
  });

  it('has a plural name', () => {
    // "Memory" has no plural here, the plural of "child" is irregular, "search" names the act, and "needsMe" a condition.
    expect(field.name).toMatch(/s$|^memory$|^children$|^search$|^needsMe$/);
  });
});

it('has no plain list of objects outside payloads, errors, connections and the named exceptions', () => {
  const plain = objectTypes
    .filter((type) => ![...connections, ...payloads, ...errors].includes(type))
    .flatMap((type) => fieldsOf(type))
    .filter((field) => isListType(getNullableType(field.type)) && isCompositeType(namedTypeOf(field)));
  expect(plain.map(({ of, name }) => `${of}.${name}`).sort()).toEqual(PLAIN_LISTS);
});
