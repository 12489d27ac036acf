/** The parts of the schema by their purpose, for the tests of its shape. */
import {
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';
import { schema } from '../../src/resolvers/index.ts';

export { schema };

/** All types except GraphQL's own. */
export const types: GraphQLNamedType[] = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);
export const objectTypes = types.filter(isObjectType);
export const unions = types.filter(isUnionType);
export const connections = objectTypes.filter(({ name }) => name.endsWith('Connection'));
export const payloads = objectTypes.filter(({ name }) => name.endsWith('Payload'));
export const errors = objectTypes.filter((type) => implementsNamed(type, 'UserError'));
export const nodes = objectTypes.filter((type) => implementsNamed(type, 'Node'));
export const events = objectTypes.filter((type) => implementsNamed(type, 'FeedEvent'));

export const mutations = fieldsOf(rootType('Mutation'));
export const subscriptions = fieldsOf(rootType('Subscription'));

export function fieldsOf(
  type: GraphQLObjectType | GraphQLInterfaceType,
): (GraphQLField<unknown, unknown> & { of: string })[] {
  return Object.values(type.getFields()).map((field) => ({ ...field, of: type.name }));
}

/** The type of a field, as the schema writes it: `[Session!]!`. */
export function typeOf(type: GraphQLObjectType | GraphQLInterfaceType, field: string): string | undefined {
  return type.getFields()[field]?.type.toString();
}

export function namedTypeOf({ type }: GraphQLField<unknown, unknown>): GraphQLNamedType {
  return getNamedType(type);
}

/** claimPR → ClaimPR */
export function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** PrNotOpenError → PR_NOT_OPEN */
export function codeOf(errorType: string): string {
  return errorType
    .replace(/Error$/, '')
    .replaceAll(/(?<!^)[A-Z]/g, '_$&')
    .toUpperCase();
}

function rootType(name: string): GraphQLObjectType {
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new Error(`The schema has no ${name}.`);
  return type;
}

function implementsNamed(type: GraphQLObjectType, name: string): boolean {
  return type.getInterfaces().some((each) => each.name === name);
}
