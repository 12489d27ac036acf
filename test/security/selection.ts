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

type Field = GraphQLField<unknown, unknown> & { of: string };

/** Selects the length of a list once for each of its arguments that are true or false, with true. */
export function selectLengths(field: Field): string {
  return field.args
    .filter(({ type }) => getNamedType(type).name === 'Boolean')
    .map(({ name }) => `${field.name}_${name}: ${field.name}(${name}: true) { totalCount }`)
    .join(' ');
}

export function selectField(field: Field): string {
  const type = getNamedType(field.type);
  const name = `${field.name}${argumentsOf(field)}`;
  if (isLeafType(type)) return name;
  const isNode = isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');
  if (isNode || type.name === 'Node') return `${name} { __typename id }`;
  if (!isInterfaceType(type)) return `${name} ${everyField(objectType(type.name))}`;
  const possible = schema.getPossibleTypes(type).map((each) => `... on ${each.name} ${everyField(each)}`);
  return `${name} { ${possible.join(' ')} }`;
}

function argumentsOf(field: Field): string {
  const path = `${field.of}.${field.name}`;
  if (ARGUMENTS[path]) return ARGUMENTS[path];
  if (field.args.some(isRequiredArgument))
    throw new Error(`${path} has required arguments that ARGUMENTS lacks.`);
  return connections.some(({ name }) => name === getNamedType(field.type).name) ? '(first: 100)' : '';
}
