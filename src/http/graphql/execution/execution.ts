/** One execution of a planned operation, by the algorithm of the GraphQL specification. */
import {
  defaultFieldResolver,
  defaultTypeResolver,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getArgumentValues,
  isObjectType,
  locatedError,
  TypeNameMetaFieldDef,
} from 'graphql';
import type { Plan, Selected, Shape, Variables } from './plan.ts';

type Path = GraphQLResolveInfo['path'];
type Data = Record<string, unknown>;

/** Told of each value of a leaf that is put into the answer. */
export type Weigh = (key: string, value: unknown) => void;

export class Execution {
  readonly #schema: GraphQLSchema;
  readonly #plan: Plan;
  readonly #rootValue: unknown;
  readonly #context: unknown;
  readonly #variables: Variables;
  readonly #weigh: Weigh | undefined;
  readonly #errors: GraphQLError[] = [];
  /** Of the fields whose arguments depend on variables. */
  readonly #args = new Map<Selected, Variables>();

  constructor(
    { schema, rootValue, contextValue }: ExecutionArgs,
    plan: Plan,
    variables: Variables,
    weigh: Weigh | undefined,
  ) {
    this.#schema = schema;
    this.#plan = plan;
    this.#rootValue = rootValue;
    this.#context = contextValue;
    this.#variables = variables;
    this.#weigh = weigh;
  }

  run(): ExecutionResult | Promise<ExecutionResult> {
    try {
      const isMutation = this.#plan.operation.operation === 'mutation';
      const fields = this.#plan.root();
      const data = isMutation ? this.#inTurn(fields) : this.#fields(fields, this.#rootValue, undefined);
      if (!isPromise(data)) return this.#result(data);
      return data.then(
        (complete) => this.#result(complete),
        (error) => this.#failed(error),
      );
    } catch (error) {
      return this.#failed(error);
    }
  }

  #result(data: Data | null): ExecutionResult {
    return this.#errors.length > 0 ? { errors: this.#errors, data } : { data };
  }

  #failed(error: unknown): ExecutionResult {
    this.#errors.push(error as GraphQLError);
    return this.#result(null);
  }

  async #inTurn(fields: readonly Selected[]): Promise<Data> {
    const data: Data = Object.create(null);
    for (const field of fields) data[field.key] = await this.#field(field, this.#rootValue, undefined);
    return data;
  }

  #fields(fields: readonly Selected[], source: unknown, path: Path | undefined): Data | Promise<Data> {
    const data: Data = {};
    let pending: Promise<void>[] | undefined;
    try {
      for (const field of fields) {
        const { key } = field;
        const value = this.#field(field, source, path);
        set(data, key, value);
        if (isPromise(value)) {
          pending ??= [];
          pending.push(value.then((complete) => set(data, key, complete)));
        }
      }
    } catch (error) {
      if (!pending) throw error;
      // The promises of the other fields may be rejected too, and would end the process unhandled.
      return Promise.allSettled(pending).then(() => {
        throw error;
      });
    }
    return pending ? Promise.all(pending).then(() => data) : data;
  }

  #field(field: Selected, source: unknown, parentPath: Path | undefined): unknown {
    const { key, parentType, definition, shape, property } = field;
    let path: Path | undefined;
    try {
      if (property !== undefined) {
        const value = (source as Data)[property];
        if (value !== undefined && shape.kind === 'LEAF' && !isPromise(value))
          return this.#leaf(shape, field, value);
      } else if (definition === TypeNameMetaFieldDef) {
        return this.#leaf(shape, field, parentType.name);
      }
      path = { prev: parentPath, key, typename: parentType.name };
      const at = path;
      const info = this.#info(field, at);
      const { resolve = defaultFieldResolver } = definition;
      const value = resolve(source, this.#argsOf(field), this.#context, info);
      const completed = isPromise(value)
        ? value.then((resolved) => this.#complete(shape, field, info, at, resolved))
        : this.#complete(shape, field, info, at, value);
      return isPromise(completed)
        ? completed.then(undefined, (error) => this.#fail(error, field, shape, at))
        : completed;
    } catch (error) {
      return this.#fail(error, field, shape, path ?? { prev: parentPath, key, typename: parentType.name });
    }
  }

  #argsOf(field: Selected): Variables {
    const known = field.args ?? this.#args.get(field);
    if (known) return known;
    const [node] = field.nodes;
    if (!node) throw new Error(`${field.key} is not selected.`);
    const args = getArgumentValues(field.definition, node, this.#variables);
    if (field.usesVariables) this.#args.set(field, args);
    else field.args = args;
    return args;
  }

  #info({ nodes, parentType, definition }: Selected, path: Path): GraphQLResolveInfo {
    return {
      fieldName: definition.name,
      fieldNodes: nodes,
      returnType: definition.type,
      parentType,
      path,
      schema: this.#schema,
      fragments: this.#plan.fragments,
      rootValue: this.#rootValue,
      operation: this.#plan.operation,
      variableValues: this.#variables,
    };
  }

  /** Null where the field may be null. The error is thrown on to the parent otherwise. */
  #fail(error: unknown, { nodes }: Selected, { isNonNull }: Shape, path: Path): null {
    const located = locatedError(error, nodes, keysOf(path));
    if (isNonNull) throw located;
    this.#errors.push(located);
    return null;
  }

  #complete(shape: Shape, field: Selected, info: GraphQLResolveInfo, path: Path, value: unknown): unknown {
    if (value instanceof Error) throw value;
    if (value == null) {
      if (shape.isNonNull) throw nullError(field);
      return null;
    }
    switch (shape.kind) {
      case 'LEAF':
        return this.#leaf(shape, field, value);
      case 'LIST':
        return this.#list(shape.item as Shape, field, info, path, value);
      case 'OBJECT':
        return this.#object(shape.named as GraphQLObjectType, field, info, path, value);
      case 'ABSTRACT':
        return this.#abstract(shape.named as GraphQLAbstractType, field, info, path, value);
    }
  }

  #leaf({ named, isNonNull }: Shape, field: Selected, value: unknown): unknown {
    if (value === null) {
      if (isNonNull) throw nullError(field);
      return null;
    }
    this.#weigh?.(field.key, value);
    const serialized = (named as GraphQLLeafType).serialize(value);
    if (serialized != null) return serialized;
    throw new Error(
      `Expected \`${named}.serialize()\` to return non-nullable value, returned: ${serialized}`,
    );
  }

  #list(item: Shape, field: Selected, info: GraphQLResolveInfo, path: Path, value: unknown): unknown {
    if (typeof value !== 'object' || !(Symbol.iterator in (value as object))) {
      const name = `${field.parentType.name}.${field.definition.name}`;
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${name}".`);
    }
    const items: unknown[] = [];
    let isPending = false;
    try {
      for (const each of value as Iterable<unknown>) {
        const at = { prev: path, key: items.length, typename: undefined };
        const completed = this.#item(item, field, info, at, each);
        if (isPromise(completed)) isPending = true;
        items.push(completed);
      }
    } catch (error) {
      if (!isPending) throw error;
      // As in #fields.
      return Promise.allSettled(items).then(() => {
        throw error;
      });
    }
    return isPending ? Promise.all(items) : items;
  }

  #item(shape: Shape, field: Selected, info: GraphQLResolveInfo, path: Path, value: unknown): unknown {
    try {
      const completed = isPromise(value)
        ? value.then((resolved) => this.#complete(shape, field, info, path, resolved))
        : this.#complete(shape, field, info, path, value);
      return isPromise(completed)
        ? completed.then(undefined, (error) => this.#fail(error, field, shape, path))
        : completed;
    } catch (error) {
      return this.#fail(error, field, shape, path);
    }
  }

  #abstract(
    type: GraphQLAbstractType,
    field: Selected,
    info: GraphQLResolveInfo,
    path: Path,
    value: unknown,
  ): unknown {
    const { resolveType = defaultTypeResolver } = type;
    const name = (resolveType ?? defaultTypeResolver)(value, this.#context, info, type);
    return isPromise(name)
      ? name.then((resolved) =>
          this.#object(this.#objectType(resolved, type, field), field, info, path, value),
        )
      : this.#object(this.#objectType(name, type, field), field, info, path, value);
  }

  #objectType(name: string | undefined, type: GraphQLAbstractType, { nodes }: Selected): GraphQLObjectType {
    const found = name === undefined ? undefined : this.#schema.getType(name);
    if (isObjectType(found) && this.#schema.isSubType(type, found)) return found;
    throw new GraphQLError(`"${name}" is no Object type that abstract type "${type}" may resolve to.`, {
      nodes,
    });
  }

  #object(
    type: GraphQLObjectType,
    field: Selected,
    info: GraphQLResolveInfo,
    path: Path,
    value: unknown,
  ): unknown {
    const fields = this.#plan.of(field, type);
    const is = type.isTypeOf?.(value, this.#context, info) ?? true;
    const check = (isOfType: boolean): void => {
      if (!isOfType) throw new GraphQLError(`Expected value of type "${type}".`, { nodes: field.nodes });
    };
    if (!isPromise(is)) {
      check(is);
      return this.#fields(fields, value, path);
    }
    return is.then((isOfType) => {
      check(isOfType);
      return this.#fields(fields, value, path);
    });
  }
}

/** A name may be `__proto__`. */
function set(data: Data, key: string, value: unknown): void {
  if (key !== '__proto__') data[key] = value;
  else Object.defineProperty(data, key, { value, enumerable: true, configurable: true, writable: true });
}

function nullError({ parentType, definition }: Selected): Error {
  return new Error(`Cannot return null for non-nullable field ${parentType.name}.${definition.name}.`);
}

function isPromise<Value>(value: Value | PromiseLike<Value>): value is Promise<Value> {
  return (
    typeof value === 'object' && value !== null && typeof (value as PromiseLike<Value>).then === 'function'
  );
}

function keysOf(path: Path): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at: Path | undefined = path; at; at = at.prev) keys.push(at.key);
  return keys.reverse();
}
