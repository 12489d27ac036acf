/** Keeps the plans of each document. */
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { type Fragments, Plan, type Variables } from './plan.ts';

/** Of one operation. Each variable of its directives may double them. */
const MAX_PLANS = 16;

type Planned = {
  operation: OperationDefinitionNode;
  fragments: Fragments;
  /** The names of the variables that directives use. */
  conditions: readonly string[];
  plans: Map<string, Plan>;
};

const planned = new WeakMap<GraphQLSchema, WeakMap<DocumentNode, Map<string, Planned>>>();

/** @throws GraphQLError when the document has no such operation. */
export function plannedOf(schema: GraphQLSchema, document: DocumentNode, name: string | undefined): Planned {
  const ofSchema = planned.get(schema) ?? new WeakMap<DocumentNode, Map<string, Planned>>();
  planned.set(schema, ofSchema);
  const ofDocument = ofSchema.get(document) ?? new Map<string, Planned>();
  ofSchema.set(document, ofDocument);
  const known = ofDocument.get(name ?? '');
  if (known) return known;
  const found: Planned = {
    operation: operationOf(document, name),
    fragments: {},
    conditions: conditionsOf(document),
    plans: new Map(),
  };
  for (const each of document.definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) found.fragments[each.name.value] = each;
  }
  ofDocument.set(name ?? '', found);
  return found;
}

export function planFor(
  schema: GraphQLSchema,
  { operation, fragments, conditions, plans }: Planned,
  variables: Variables,
): Plan {
  const values = Object.fromEntries(conditions.map((name) => [name, variables[name]]));
  const key = conditions.length > 0 ? JSON.stringify(values) : '';
  const plan = plans.get(key) ?? new Plan(schema, operation, fragments, values);
  if (plans.size < MAX_PLANS) plans.set(key, plan);
  return plan;
}

function operationOf({ definitions }: DocumentNode, name: string | undefined): OperationDefinitionNode {
  const operations = definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  const named = name === undefined ? operations : operations.filter((each) => each.name?.value === name);
  if (name === undefined && named.length > 1) {
    throw new GraphQLError('Must provide operation name if query contains multiple operations.');
  }
  const [operation] = named;
  if (operation) return operation;
  throw new GraphQLError(
    name === undefined ? 'Must provide an operation.' : `Unknown operation named "${name}".`,
  );
}

function conditionsOf(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(directive) {
      visit(directive, { Variable: ({ name }) => void names.add(name.value) });
    },
  });
  return [...names];
}
