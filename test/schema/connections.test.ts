/** Lists of things are connections, all alike. */
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

/** Paged forward only, as the feed is. */
const FORWARD_ONLY = ['Organization.changes'];
/** Answers as many as it is asked for, or a few by nature; or all of a tree, which no page could show. */
const PLAIN_LISTS = [
  'OrgImport.warnings',
  'Organization.laneCounts',
  'Organization.workspaceTree',
  'PullRequest.unresolvedBy',
  'Query.nodes',
  'RelationshipType.rules',
  'UnresolvedReviewer.links',
];

const connectionFields = objectTypes
  .flatMap((type) => fieldsOf(type))
  .filter((field) => connections.some((connection) => connection === namedTypeOf(field)));

it('finds them', () => {
  expect(connections.length).toBeGreaterThan(10);
  expect(connectionFields.length).toBeGreaterThanOrEqual(connections.length);
});

describe.each(connections)('$name', (connection) => {
  it('has nodes, edges, pageInfo and totalCount', () => {
    const edge = schema.getType(`${connection.name}Edge`);
    if (!isObjectType(edge)) throw new Error(`${connection.name} has no edge type.`);
    const node = typeOf(edge, 'node');
    expect(Object.fromEntries(fieldsOf(connection).map(({ name, type }) => [name, String(type)]))).toEqual({
      edges: `[${connection.name}Edge!]!`,
      nodes: `[${node}]!`,
      pageInfo: 'PageInfo!',
      totalCount: 'Int!',
    });
    expect(node).toMatch(/!$/);
    expect(typeOf(edge, 'cursor')).toBe('String!');
  });
});

describe.each(connectionFields)('$of.$name', (field) => {
  it('is never null, and takes first, after, last and before', () => {
    expect(isNonNullType(field.type)).toBe(true);
    const args = Object.fromEntries(field.args.map((arg) => [arg.name, arg.type.toString()]));
    const isForwardOnly = FORWARD_ONLY.includes(`${field.of}.${field.name}`);
    expect(args).toMatchObject({ first: 'Int', after: 'String' });
    if (isForwardOnly) expect(Object.keys(args)).not.toContain('last');
    else expect(args).toMatchObject({ last: 'Int', before: 'String' });
  });

  it('has a plural name', () => {
    // What somebody remembers has no plural.
    expect(field.name).toMatch(/s$|^memory$/);
  });
});

it('has no plain list of things outside of payloads, errors and connections', () => {
  const plain = objectTypes
    .filter((type) => ![...connections, ...payloads, ...errors].includes(type))
    .flatMap((type) => fieldsOf(type))
    .filter((field) => isListType(getNullableType(field.type)) && isCompositeType(namedTypeOf(field)));
  expect(plain.map(({ of, name }) => `${of}.${name}`).sort()).toEqual(PLAIN_LISTS);
});
