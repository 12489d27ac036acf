import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type DocumentNode,
  execute,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  Kind,
  parse,
  TypeInfo,
  type ValueNode,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';

let built: GraphQLSchema | undefined;

/** GitHub's published schema. It is built on first use, which takes a while; GitHub itself declares a field twice. */
export function githubSchema(): GraphQLSchema {
  // The file, not the entry of the package, which would also read and build the same schema from JSON.
  const file = new URL('./schema.graphql', import.meta.resolve('@octokit/graphql-schema'));
  built ??= buildSchema(readFileSync(file, 'utf8'), { assumeValidSDL: true, assumeValid: true });
  return built;
}

/** Executes a query on a root value, or refuses it by GitHub's schema and its limits on lists. */
export async function executeQuery(query: string, variables: Record<string, unknown>, rootValue: unknown) {
  const schema = githubSchema();
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [errorBody(error)] };
    throw error;
  }
  const invalid = validate(schema, document);
  const errors = invalid.length > 0 ? invalid : limitErrors(document, variables);
  if (errors.length > 0) return { errors: errors.map(errorBody) };
  const result = await execute({ schema, document, rootValue, variableValues: variables });
  return { data: result.data, ...(result.errors && { errors: result.errors.map(errorBody) }) };
}

/** An error in GitHub's form, with the type beside the message. */
export function githubError(type: string, message: string, nodes?: FieldNode): GraphQLError {
  return new GraphQLError(message, { nodes, extensions: { type } });
}

function errorBody({ message, path, locations, extensions: { type, ...extensions } }: GraphQLError) {
  const more = Object.keys(extensions).length > 0 ? { extensions } : {};
  return { ...(type ? { type } : {}), path, locations, message, ...more };
}

const MAX_PAGE = 100;
const MAX_NODES = 500_000;

/** A list needs `first` or `last`, from 1 to 100, and all lists together must stay below GitHub's node limit. */
function limitErrors(document: DocumentNode, variables: Record<string, unknown>): GraphQLError[] {
  const errors: GraphQLError[] = [];
  const connections = new Set<FieldNode>();
  const typeInfo = new TypeInfo(githubSchema());
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field(field) {
        const type = typeInfo.getType();
        if (!type || !getNamedType(type).name.endsWith('Connection')) return;
        connections.add(field);
        const name = field.name.value;
        const size = pageSize(field, variables);
        if (size === null) {
          const message = `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`;
          errors.push(githubError('MISSING_PAGINATION_BOUNDARIES', message, field));
        } else if (size < 1 || size > MAX_PAGE) {
          const message = `Requesting ${size} records on the \`${name}\` connection exceeds the \`first\` limit of 100 records.`;
          errors.push(githubError('EXCESSIVE_PAGINATION', message, field));
        }
      },
    }),
  );
  const nodes = countNodes(document, connections, variables);
  if (nodes > MAX_NODES) {
    const message = `This query requests up to ${nodes} possible nodes which exceeds the maximum limit of 500,000.`;
    errors.push(githubError('MAX_NODE_LIMIT_EXCEEDED', message));
  }
  return errors;
}

/** GitHub's node count: the size of every list times the sizes of the lists around it. */
function countNodes(
  document: DocumentNode,
  connections: ReadonlySet<FieldNode>,
  variables: Record<string, unknown>,
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const count = (node: { selectionSet?: FieldNode['selectionSet'] }, around: number): number => {
    let nodes = 0;
    for (const selection of node.selectionSet?.selections ?? []) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        nodes += count(fragments.get(selection.name.value) ?? {}, around);
      } else if (selection.kind === Kind.FIELD && connections.has(selection)) {
        const inside = around * (pageSize(selection, variables) ?? 0);
        nodes += inside + count(selection, inside);
      } else {
        nodes += count(selection, around);
      }
    }
    return nodes;
  };
  return document.definitions
    .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    .reduce((nodes, operation) => nodes + count(operation, 1), 0);
}

function pageSize(field: FieldNode, variables: Record<string, unknown>): number | null {
  const argument = field.arguments?.find(({ name }) => name.value === 'first' || name.value === 'last');
  const size = argument ? intOf(argument.value, variables) : null;
  return typeof size === 'number' ? size : null;
}

function intOf(node: ValueNode, variables: Record<string, unknown>): unknown {
  if (node.kind === Kind.VARIABLE) return variables[node.name.value];
  return node.kind === Kind.INT ? Number(node.value) : null;
}
