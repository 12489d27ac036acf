/** Selections of all there is to select, made from the schema: what it gains is read by the tests the same day. */
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

/** What fields are asked for that cannot do without arguments. `$ref` names a pull request. */
const ARGUMENTS: Record<string, string> = {
  'Organization.project': '(slug: "rocket")',
  'Organization.session': '(name: "rocket-1")',
  'Organization.pullRequest': '(ref: $ref)',
};

export function objectType(name: string): GraphQLObjectType {
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new Error(`The schema has no object type ${name}.`);
  return type;
}

/** Every field of a type, and of what hangs on it, as far as the next things that have an id. */
export function everyField(type: GraphQLObjectType): string {
  return `{ __typename ${fieldsOf(type).map(select).join(' ')} }`;
}

function select(field: GraphQLField<unknown, unknown> & { of: string }): string {
  const type = getNamedType(field.type);
  const name = `${field.name}${argumentsOf(field)}`;
  if (isLeafType(type)) return name;
  const isNode = isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');
  if (isNode || isInterfaceType(type)) return `${name} { __typename id }`;
  return `${name} ${everyField(objectType(type.name))}`;
}

function argumentsOf(field: GraphQLField<unknown, unknown> & { of: string }): string {
  const path = `${field.of}.${field.name}`;
  if (ARGUMENTS[path]) return ARGUMENTS[path];
  if (field.args.some(isRequiredArgument))
    throw new Error(`${path} needs arguments that nobody has thought of.`);
  return connections.some(({ name }) => name === getNamedType(field.type).name) ? '(first: 100)' : '';
}
