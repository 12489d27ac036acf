/**
 * The plan of an operation, which is made once for its document. It has the selected fields of each object type, and how their
 * values are completed.
 */
import {
  type ASTNode,
  BREAK,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  visit,
} from 'graphql';

export type Variables = Record<string, unknown>;
export type Fragments = Record<string, FragmentDefinitionNode>;

/** A type, taken apart. */
export type Shape = {
  isNonNull: boolean;
  /** Set for a list. */
  item?: Shape;
  /** The type itself, or that of the innermost items. */
  named: GraphQLNamedOutputType;
  kind: 'LIST' | 'LEAF' | 'OBJECT' | 'ABSTRACT';
};

export type Selected = {
  /** The name in the answer. */
  key: string;
  /** In every place where the field is selected with this name. */
  nodes: readonly FieldNode[];
  parentType: GraphQLObjectType;
  definition: GraphQLField<unknown, unknown>;
  shape: Shape;
  /** The property of the object that is the field's value. Only when it is undefined, the resolver is called. */
  property: string | undefined;
  /** Whether an argument depends on a variable. */
  usesVariables: boolean;
  /** The arguments when they depend on no variable, once they are known. */
  args: Variables | undefined;
};

/** Of the fields, by their type. */
const shapes = new WeakMap<GraphQLOutputType, Shape>();

export function shapeOf(type: GraphQLOutputType): Shape {
  const known = shapes.get(type);
  if (known) return known;
  const isNonNull = isNonNullType(type);
  const nullable = isNonNull ? type.ofType : type;
  const item = isListType(nullable) ? shapeOf(nullable.ofType) : undefined;
  const named = item?.named ?? (nullable as GraphQLNamedOutputType);
  const shape: Shape = { isNonNull, item, named, kind: item ? 'LIST' : kindOf(named) };
  shapes.set(type, shape);
  return shape;
}

function kindOf(type: GraphQLNamedOutputType): Shape['kind'] {
  if (isLeafType(type)) return 'LEAF';
  return isAbstractType(type) ? 'ABSTRACT' : 'OBJECT';
}

/** What of an operation depends on no variable but those of its directives. */
export class Plan {
  readonly operation: OperationDefinitionNode;
  readonly fragments: Fragments;
  readonly #schema: GraphQLSchema;
  readonly #variables: Variables;
  readonly #selected = new Map<readonly FieldNode[], Map<GraphQLObjectType, readonly Selected[]>>();
  #root: readonly Selected[] | undefined;

  /** @param variables those that directives use. */
  constructor(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Fragments,
    variables: Variables,
  ) {
    this.operation = operation;
    this.fragments = fragments;
    this.#schema = schema;
    this.#variables = variables;
  }

  /** The fields of the operation. */
  root(): readonly Selected[] {
    if (this.#root) return this.#root;
    const { operation, selectionSet } = this.operation;
    const type = this.#schema.getRootType(operation);
    if (!type) {
      const message = `Schema is not configured to execute ${operation} operation.`;
      throw new GraphQLError(message, { nodes: this.operation });
    }
    this.#root = this.#collect(type, [selectionSet]);
    return this.#root;
  }

  /** The fields that are selected of an object, which is the value of a field. */
  of({ nodes }: Selected, type: GraphQLObjectType): readonly Selected[] {
    let byType = this.#selected.get(nodes);
    if (!byType) {
      byType = new Map();
      this.#selected.set(nodes, byType);
    }
    let fields = byType.get(type);
    if (!fields) {
      fields = this.#collect(
        type,
        nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
      );
      byType.set(type, fields);
    }
    return fields;
  }

  #collect(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): readonly Selected[] {
    const nodesByKey = new Map<string, FieldNode[]>();
    const spread = new Set<string>();
    const collect = ({ selections }: SelectionSetNode): void => {
      for (const selection of selections) {
        if (!this.#isIncluded(selection)) continue;
        if (selection.kind === Kind.FIELD) {
          const key = selection.alias?.value ?? selection.name.value;
          const nodes = nodesByKey.get(key);
          if (nodes) nodes.push(selection);
          else nodesByKey.set(key, [selection]);
          continue;
        }
        if (selection.kind === Kind.FRAGMENT_SPREAD) {
          if (spread.has(selection.name.value)) continue;
          spread.add(selection.name.value);
        }
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments[selection.name.value];
        if (fragment && this.#applies(fragment.typeCondition?.name.value, type))
          collect(fragment.selectionSet);
      }
    };
    selectionSets.forEach(collect);
    return [...nodesByKey].flatMap(([key, nodes]) => this.#selectedField(type, key, nodes) ?? []);
  }

  #isIncluded(selection: SelectionSetNode['selections'][number]): boolean {
    if (!selection.directives?.length) return true;
    if (getDirectiveValues(GraphQLSkipDirective, selection, this.#variables)?.if === true) return false;
    return getDirectiveValues(GraphQLIncludeDirective, selection, this.#variables)?.if !== false;
  }

  #applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const conditional = this.#schema.getType(condition);
    return isAbstractType(conditional) && this.#schema.isSubType(conditional, type);
  }

  #selectedField(
    parentType: GraphQLObjectType,
    key: string,
    nodes: readonly FieldNode[],
  ): Selected | undefined {
    const [node] = nodes;
    const definition = node && this.#definitionOf(parentType, node.name.value);
    if (!definition) return undefined;
    const { property } = definition.extensions;
    return {
      key,
      nodes,
      parentType,
      definition,
      shape: shapeOf(definition.type),
      property: typeof property === 'string' ? property : undefined,
      usesVariables: (node.arguments ?? []).some(usesVariables),
      args: undefined,
    };
  }

  #definitionOf(parentType: GraphQLObjectType, name: string): GraphQLField<unknown, unknown> | undefined {
    if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
    if (parentType === this.#schema.getQueryType()) {
      if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
      if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    }
    return parentType.getFields()[name];
  }
}

function usesVariables(node: ASTNode): boolean {
  let isFound = false;
  visit(node, {
    Variable() {
      isFound = true;
      return BREAK;
    },
  });
  return isFound;
}
