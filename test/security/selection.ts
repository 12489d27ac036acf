/** Selections of all fields, derived from the schema, so that the tests read new fields without a change. */
import {
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { connections, fieldsOf, schema } from '../schema/shape.ts';

/** The arguments of fields that require some. `$ref` refers to a pull request. */
const ARGUMENTS: Record<string, string> = {
  'Organization.project': '(slug: "rocket")',
  'Organization.session': '(name: "rocket-1")',
  'Organization.pullRequest': '(ref: $ref)',
  'Organization.search': '(query: "7", first: 100)',
};

export function objectType(name: string): GraphQLObjectType {
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new Error(`The schema has no object type ${name}.`);
  return type;
}

/** Selects every field of a type and of its objects without an id. Of nodes it selects the id only. */
export function everyField(type: GraphQLObjectType): string {
  return `{ __typename ${fieldsOf(type).map(selectField).join(' ')} }`;
}

export function selectField(field: GraphQLField<unknown, unknown> & { of: string }): string {
  const type = getNamedType(field.type);
  const name = `${field.name}${argumentsOf(field)}`;
  if (isLeafType(type)) return name;
  const isNode = isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');
  if (isNode || type.name === 'Node') return `${name} { __typename id }`;
  if (!isInterfaceType(type)) return `${name} ${everyField(objectType(type.name))}`;
  const possible = schema.getPossibleTypes(type).map((each) => `... on ${each.name} ${everyField(each)}`);
  return `${name} { ${possible.join(' ')} }`;
}

function argumentsOf(field: GraphQLField<unknown, unknown> & { of: string }): string {
  const path = `${field.of}.${field.name}`;
  if (ARGUMENTS[path]) return ARGUMENTS[path];
  if (field.args.some(isRequiredArgument))
    throw new Error(`${path} has required arguments that ARGUMENTS lacks.`);
  return connections.some(({ name }) => name === getNamedType(field.type).name) ? '(first: 100)' : '';
}
