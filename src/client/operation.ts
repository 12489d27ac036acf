/** Finds in a document what resuming needs: the variable that takes the cursor, and the field that returns it. */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
} from 'graphql';

/** A parsed document with its types: the `TypedDocumentNode` of GraphQL Code Generator and others. */
export interface TypedDocument<Data, Variables> extends DocumentNode {
  /** For the type checker; absent at runtime. */
  __apiType?: (variables: Variables) => Data;
}

export type Operation = {
  query: string;
  /** The variable that the document passes to the argument `after`. */
  afterVariable: string;
  /** Returns an event's cursor from the field that selects it. */
  cursorOf(data: Record<string, unknown>): string | undefined;
};

/** @throws {TypeError} when the document lacks what is needed to resume it. */
export function readOperation(query: string | DocumentNode): Operation {
  const document = typeof query === 'string' ? parse(query) : query;
  const operation = onlySubscription(document);
  const [field, ...more] = fieldsOf(operation.selectionSet, document);
  if (!field || more.length > 0) throw new TypeError('A subscription has exactly one field at its root.');

  const name = field.name.value;
  const after = field.arguments?.find((argument) => argument.name.value === 'after')?.value;
  if (after?.kind !== Kind.VARIABLE) {
    throw new TypeError(
      `The subscription could not be resumed: its field "${name}" takes no position from a variable. ` +
        `Declare "$after: String" and pass "after: $after" to "${name}".`,
    );
  }
  const cursor = fieldsOf(field.selectionSet, document).find((selected) => selected.name.value === 'cursor');
  if (!cursor) {
    throw new TypeError(
      `The subscription could not be resumed: it does not ask for positions. Select "cursor" in "${name}".`,
    );
  }

  return {
    query: typeof query === 'string' ? query : print(query),
    afterVariable: after.name.value,
    cursorOf(data) {
      const event = data[responseKey(field)] as Record<string, string> | null | undefined;
      return event?.[responseKey(cursor)];
    },
  };
}

function onlySubscription({ definitions }: DocumentNode): OperationDefinitionNode {
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const [operation, ...more] = operations;
  if (!operation || more.length > 0 || operation.operation !== 'subscription') {
    throw new TypeError('The document must hold one operation, a subscription.');
  }
  return operation;
}

/** The fields of a selection, including those in fragments. */
function fieldsOf(selectionSet: SelectionSetNode | undefined, document: DocumentNode): FieldNode[] {
  return (selectionSet?.selections ?? []).flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    const isSpread = selection.kind === Kind.FRAGMENT_SPREAD;
    const fragment = isSpread ? fragmentNamed(selection.name.value, document) : selection;
    return fieldsOf(fragment?.selectionSet, document);
  });
}

function fragmentNamed(name: string, { definitions }: DocumentNode): FragmentDefinitionNode | undefined {
  return definitions
    .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
    .find((definition) => definition.name.value === name);
}

const responseKey = ({ alias, name }: FieldNode): string => (alias ?? name).value;
