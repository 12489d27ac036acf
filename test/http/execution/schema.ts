/** A schema whose resolvers return, throw, reject or leave out values, as a seed decides for each path of an answer. */
import { createHash } from 'node:crypto';
import {
  GraphQLEnumType,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
} from 'graphql';

/** @property isAsync whether some values are promises. */
export type Script = { seed: number; isAsync: boolean };

type Field = GraphQLFieldConfig<unknown, Script>;
type Path = GraphQLResolveInfo['path'] | undefined;

const DICE = 2 ** 16;

/** The same for the same place, whichever executor asks. */
function roll({ seed }: Script, path: Path, purpose: string): number {
  let place = purpose;
  for (let at = path; at; at = at.prev) place += `/${at.key}:${at.typename}`;
  return createHash('sha1').update(`${seed} ${place}`).digest().readUInt16BE() / DICE;
}

/** What is found, now or later. */
function settled(script: Script, path: Path, find: () => unknown): unknown {
  if (!script.isAsync || roll(script, path, 'later') > 0.3) return find();
  const promise = new Promise((resolve) => resolve(find()));
  // The executor does not get to the items that follow one that fails.
  promise.catch(() => {});
  return promise;
}

/** Null, an error or the value. */
function outcome(script: Script, { path }: Pick<GraphQLResolveInfo, 'path'>, value: () => unknown): unknown {
  return settled(script, path, () => {
    const which = roll(script, path, 'outcome');
    if (which < 0.04) throw new Error(`${path.key} fails`);
    if (which < 0.06) return new Error(`${path.key} fails`);
    return which < 0.14 ? null : value();
  });
}

/** An object of one of the types, with or without the property that is read without a resolver. */
function object(script: Script, path: Path): object {
  const kind = roll(script, path, 'kind') < 0.5 ? 'Cat' : 'Dog';
  const name = roll(script, path, 'name');
  if (name < 0.1) return { kind, name: null };
  if (name < 0.2) return { kind };
  return { kind, name: name < 0.5 ? `name ${name}` : settled(script, path, () => `name ${name}`) };
}

function list(script: Script, path: Path, item: (path: Path) => unknown): unknown[] {
  const length = Math.floor(4 * roll(script, path, 'length'));
  return Array.from({ length }, (_, key) => {
    const at = { prev: path, key, typename: undefined };
    return settled(script, at, () => {
      const which = roll(script, at, 'item');
      if (which < 0.05) return null;
      return which < 0.1 ? new Error('an item fails') : item(at);
    });
  });
}

const field = (type: GraphQLOutputType, value: (script: Script, path: Path) => unknown): Field => ({
  type,
  resolve: (_source, _args, script, info) => outcome(script, info, () => value(script, info.path)),
});

const nonNull = (type: ConstructorParameters<typeof GraphQLNonNull>[0]) =>
  new GraphQLNonNull(type) as GraphQLOutputType;

const Colour = new GraphQLEnumType({ name: 'Colour', values: { RED: { value: 0 }, GREEN: { value: 1 } } });

const name: Field = {
  type: GraphQLString,
  extensions: { property: 'name' },
  resolve(source, _args, script, info) {
    const { name } = source as { name?: unknown };
    return name === undefined ? outcome(script, info, () => 'resolved') : name;
  },
};

const echo: Field = {
  type: nonNull(GraphQLString),
  args: { text: { type: GraphQLString }, number: { type: GraphQLInt, defaultValue: 3 } },
  resolve: (_source, args, script, info) => outcome(script, info, () => JSON.stringify(args)),
};

const fields = (): GraphQLFieldConfigMap<unknown, Script> => ({
  name,
  echo,
  must: { ...name, type: nonNull(GraphQLString) },
  number: field(GraphQLInt, (script, path) => (roll(script, path, 'number') < 0.1 ? 'no number' : 7)),
  colour: field(Colour, (script, path) => Math.floor(2.1 * roll(script, path, 'colour'))),
  numbers: field(new GraphQLList(nonNull(GraphQLInt)), (script, path) => list(script, path, () => 1)),
  matrix: field(new GraphQLList(new GraphQLList(GraphQLInt)), (script, path) =>
    list(script, path, (at) => list(script, at, () => 1)),
  ),
  cat: field(Cat, object),
  sureCat: field(nonNull(Cat), object),
  cats: field(nonNull(new GraphQLList(Cat)), (script, path) =>
    list(script, path, (at) => object(script, at)),
  ),
  sureCats: field(new GraphQLList(nonNull(Cat)), (script, path) =>
    list(script, path, (at) => object(script, at)),
  ),
  animal: field(Animal, object),
  pets: field(new GraphQLList(Pet), (script, path) => list(script, path, (at) => object(script, at))),
  noList: field(new GraphQLList(GraphQLInt), () => 'no list'),
});

const resolveType = (value: unknown, script: Script, { path }: GraphQLResolveInfo) => {
  const { kind } = value as { kind: string };
  return script.isAsync && roll(script, path, 'type') < 0.3 ? Promise.resolve(kind) : kind;
};

const Animal: GraphQLInterfaceType = new GraphQLInterfaceType({ name: 'Animal', fields, resolveType });
const Cat: GraphQLObjectType = new GraphQLObjectType<unknown, Script>({
  name: 'Cat',
  interfaces: [Animal],
  fields: () => ({ ...fields(), lives: field(GraphQLInt, () => 9) }),
  isTypeOf: (_value, script, { path }) =>
    script.isAsync && roll(script, path, 'is') < 0.3 ? Promise.resolve(true) : true,
});
const Dog: GraphQLObjectType = new GraphQLObjectType<unknown, Script>({
  name: 'Dog',
  interfaces: [Animal],
  fields: () => ({ ...fields(), barks: field(nonNull(GraphQLString), () => 'woof') }),
});
const Pet: GraphQLUnionType = new GraphQLUnionType({ name: 'Pet', types: [Cat, Dog], resolveType });

export const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields }),
  mutation: new GraphQLObjectType({ name: 'Mutation', fields }),
  types: [Cat, Dog],
});
