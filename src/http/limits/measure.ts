/** The largest answer that an operation can have, computed from its document and its variables. */
import {
  type ExecutionArgs,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  valueFromAST,
} from 'graphql';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../../schema/kit/builder.ts';
import type { Weight } from '../../schema/kit/weight.ts';

export type Measure = {
  /** The deepest nesting of fields, with fragments expanded. */
  depth: number;
  aliases: number;
  /** The weight of the largest answer: of its fields, those of a list once per item, and of its long texts. */
  cost: number;
};

/** Of an operation whose measure depends on no variable: it need not be measured again. */
const constants = new WeakMap<OperationDefinitionNode, Measure>();

/** Assumed of lists without pages that state no length: they are short by nature. */
const UNPAGED_LIST_LENGTH = 10;
/** Of free-form data that states no size. */
const JSON_KILOBYTES = 64;
/** Of a long text, that many kilobytes weigh as much as a field. */
const UNIT_KILOBYTES = 4;
/** Of `totalCount`. An index counts some hundred rows in the time that ten fields take. */
const COUNT_COST = 10;

const META_FIELDS: Record<string, GraphQLField<unknown, unknown>> = Object.fromEntries(
  [SchemaMetaFieldDef, TypeMetaFieldDef, TypeNameMetaFieldDef].map((field) => [field.name, field]),
);

type Walk = {
  schema: GraphQLSchema;
  variables: Record<string, unknown>;
  fragments: Map<string, FragmentDefinitionNode>;
  /** By fragment and page size: a fragment may be spread so often that walking it each time would never end. */
  measured: Map<string, Measure>;
  dependsOnVariables: boolean;
};

/** @returns undefined for an operation that the schema has no root type for: execution reports that. */
export function measure(
  { schema, document }: ExecutionArgs,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): Measure | undefined {
  const constant = constants.get(operation);
  if (constant) return constant;
  const root = schema.getRootType(operation.operation);
  if (!root) return undefined;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const walk = { schema, variables, fragments, measured: new Map(), dependsOnVariables: false };
  const found = ofSelections(walk, operation.selectionSet, root, undefined);
  if (!walk.dependsOnVariables) constants.set(operation, found);
  return found;
}

/** Sums up a selection. Fields that execution would merge are counted separately: the sum is an upper bound. */
function ofSelections(
  walk: Walk,
  { selections }: SelectionSetNode,
  type: GraphQLNamedOutputType,
  pageSize: number | undefined,
): Measure {
  const sum = { depth: 0, aliases: 0, cost: 0 };
  for (const selection of selections) {
    let found: Measure;
    if (selection.kind === Kind.FIELD) found = ofField(walk, selection, type, pageSize);
    else if (selection.kind === Kind.FRAGMENT_SPREAD)
      found = ofFragment(walk, selection.name.value, pageSize);
    else {
      const condition = typeNamed(walk, selection.typeCondition?.name.value) ?? type;
      found = ofSelections(walk, selection.selectionSet, condition, pageSize);
    }
    sum.depth = Math.max(sum.depth, found.depth);
    sum.aliases += found.aliases;
    sum.cost += found.cost;
  }
  return sum;
}

function ofFragment(walk: Walk, name: string, pageSize: number | undefined): Measure {
  const key = `${name} ${pageSize}`;
  const known = walk.measured.get(key);
  if (known) return known;
  const fragment = walk.fragments.get(name);
  const type = typeNamed(walk, fragment?.typeCondition.name.value);
  if (!fragment || !type) throw new Error(`Validation accepted the unknown fragment ${name}.`);
  const found = ofSelections(walk, fragment.selectionSet, type, pageSize);
  walk.measured.set(key, found);
  return found;
}

function ofField(
  walk: Walk,
  node: FieldNode,
  parent: GraphQLNamedOutputType,
  pageSize: number | undefined,
): Measure {
  const name = node.name.value;
  const aliases = node.alias && node.alias.value !== name ? 1 : 0;
  const field =
    META_FIELDS[name] ??
    (isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined);
  if (!field) throw new Error(`Validation accepted the unknown field ${name}.`);
  const type = getNamedType(field.type);
  if (!node.selectionSet || !isCompositeType(type)) return { depth: 1, aliases, cost: costOfLeaf(field) };

  const inside = ofSelections(walk, node.selectionSet, type, pageSizeOf(walk, node, field));
  const length = isListType(getNullableType(field.type)) ? lengthOf(walk, node, field, pageSize) : 1;
  return {
    depth: 1 + inside.depth,
    aliases: aliases + inside.aliases,
    cost: 1 + length * inside.cost,
  };
}

function costOfLeaf({ name, type, extensions }: GraphQLField<unknown, unknown>): number {
  const isJson = getNamedType(type).name === 'JSON';
  const { kilobytes = isJson ? JSON_KILOBYTES : 0 } = weightOf(extensions);
  return name === 'totalCount' ? COUNT_COST : Math.max(1, Math.ceil(kilobytes / UNIT_KILOBYTES));
}

function weightOf({ weight = {} }: { weight?: Weight }): Weight {
  return weight;
}

/** The page size of a connection; undefined for other fields. */
function pageSizeOf(walk: Walk, node: FieldNode, field: GraphQLField<unknown, unknown>): number | undefined {
  if (!field.args.some(({ name }) => name === 'first')) return undefined;
  const size =
    argument(walk, node, field, 'first') ?? argument(walk, node, field, 'last') ?? DEFAULT_PAGE_SIZE;
  return Math.min(Math.max(Number(size), 0), MAX_PAGE_SIZE);
}

function lengthOf(
  walk: Walk,
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  pageSize: number | undefined,
): number {
  const ids = argument(walk, node, field, 'ids');
  if (pageSize !== undefined) return pageSize;
  if (Array.isArray(ids)) return ids.length;
  const { items = UNPAGED_LIST_LENGTH, itemsWith = {} } = weightOf(field.extensions);
  const given = Object.entries(itemsWith).filter(([name]) => argument(walk, node, field, name) != null);
  return Math.max(items, ...given.map(([, length]) => length));
}

function argument(walk: Walk, node: FieldNode, field: GraphQLField<unknown, unknown>, name: string): unknown {
  const definition = field.args.find((arg) => arg.name === name);
  const given = node.arguments?.find((arg) => arg.name.value === name);
  // A list may contain variables.
  if (given && given.value.kind !== Kind.INT) walk.dependsOnVariables = true;
  return definition && given ? valueFromAST(given.value, definition.type, walk.variables) : undefined;
}

function typeNamed({ schema }: Walk, name: string | undefined): GraphQLNamedOutputType | undefined {
  return name === undefined ? undefined : (schema.getType(name) as GraphQLNamedOutputType | undefined);
}
