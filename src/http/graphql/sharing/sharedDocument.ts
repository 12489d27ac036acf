/** Whether the events of a document's subscribers can be executed for several of them at once, and for which. */
import {
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { SHARED_BY, type SharedBy, sharedBy } from '../../../schema/kit/sharedBy.ts';

export type SharedDocument = {
  /** Among whom everything that is selected is shared. */
  sharedBy: SharedBy;
  /** The same for documents that differ in their layout only, or in the cursor to resume after. */
  text: string;
  /** The names of the variables that the events depend on. */
  variables: readonly string[];
};

const known = new WeakMap<DocumentNode, SharedDocument | null>();

/** @returns null for a document that selects something which is not shared. */
export function sharedDocument(schema: GraphQLSchema, document: DocumentNode): SharedDocument | null {
  let shared = known.get(document);
  if (shared === undefined) {
    shared = examine(schema, document);
    known.set(document, shared);
  }
  return shared;
}

function examine(schema: GraphQLSchema, document: DocumentNode): SharedDocument | null {
  const types = new TypeInfo(schema);
  const declared = new Set<SharedBy | null | undefined>();
  const withoutCursor = visit(
    document,
    visitWithTypeInfo(types, {
      Field(node) {
        const parent = types.getParentType();
        for (const type of objectTypes(schema, parent)) {
          const field = type.getFields()[node.name.value];
          // `__typename` has no declaration, and the same value for everyone.
          if (field) declared.add(sharedBy(type, field));
        }
        if (parent !== schema.getSubscriptionType()) return undefined;
        return { ...node, arguments: node.arguments?.filter(({ name }) => name.value !== 'after') };
      },
    }),
  );
  if (declared.has(undefined) || declared.has(null)) return null;
  const narrowest = SHARED_BY.findLast((each) => declared.has(each));
  return narrowest
    ? { sharedBy: narrowest, text: print(withoutCursor), variables: usedVariables(withoutCursor) }
    : null;
}

function objectTypes(
  schema: GraphQLSchema,
  type: GraphQLNamedType | null | undefined,
): readonly GraphQLObjectType[] {
  if (isAbstractType(type)) return schema.getPossibleTypes(type);
  return isObjectType(type) ? [type] : [];
}

function usedVariables(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void names.add(name.value),
  });
  return [...names];
}
