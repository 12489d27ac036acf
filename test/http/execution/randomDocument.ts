/** Random documents of a schema. Most of them are valid. */
import {
  type GraphQLNamedType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { schema } from './schema.ts';

export const VARIABLES =
  '($skip: Boolean = false, $include: Boolean = true, $text: String, $number: Int = 5)';

const MAX_DEPTH = 4;
const DIRECTIVES = ['', '', '', '', ' @skip(if: $skip)', ' @include(if: $include)', ' @skip(if: true)'];
const ARGS = ['', '', '(text: "a")', '(text: $text)', '(number: $number, text: null)'];
const KEYS = ['a', 'b', 'name', '__proto__'];
const CONDITIONS = ['Animal', 'Cat', 'Dog'];

/** A number from 0 to 1. */
type Random = () => number;

const oneOf = <Value>(random: Random, values: readonly Value[]): Value =>
  values[Math.floor(random() * values.length)] as Value;

export function randomDocument(seed: number): string {
  const random = randomOf(seed);
  const operation = oneOf(random, ['query', 'mutation']);
  const root = operation === 'query' ? 'Query' : 'Mutation';
  const fragments = CONDITIONS.map(
    (type) => `fragment On${type} on ${type} ${selectionSet(random, typeOf(type), MAX_DEPTH - 1, false)}`,
  );
  const selected = selectionSet(random, typeOf(root), 0, true);
  return `${operation} Random${VARIABLES} ${selected} ${fragments.join('\n')}`;
}

/** Mulberry32. */
function randomOf(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

function typeOf(name: string): GraphQLNamedType {
  const type = schema.getType(name);
  if (!type) throw new Error(`There is no type ${name}.`);
  return type;
}

function selectionSet(random: Random, type: GraphQLNamedType, depth: number, maySpread: boolean): string {
  const selections = Array.from({ length: 1 + Math.floor(5 * random()) }, () =>
    selection(random, type, depth, maySpread),
  );
  return `{ ${['__typename', ...selections].join(' ')} }`;
}

function selection(random: Random, type: GraphQLNamedType, depth: number, maySpread: boolean): string {
  const directive = oneOf(random, DIRECTIVES);
  const isAnimal = isAbstractType(type) || type.name === 'Cat' || type.name === 'Dog';
  if (isAnimal && maySpread && random() < 0.1) return `...On${oneOf(random, CONDITIONS)}${directive}`;
  if (isAnimal && depth < MAX_DEPTH && random() < 0.25) {
    const condition = typeOf(oneOf(random, CONDITIONS));
    return `... on ${condition.name}${directive} ${selectionSet(random, condition, depth + 1, maySpread)}`;
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return '__typename';
  const possible = Object.values(type.getFields()).filter(
    (field) => depth < MAX_DEPTH || !isCompositeType(getNamedType(field.type)),
  );
  const field = oneOf(random, possible);
  const named = getNamedType(field.type);
  const key = random() < 0.2 ? `${oneOf(random, KEYS)}: ` : '';
  const args = field.args.length > 0 ? oneOf(random, ARGS) : '';
  const nested = isCompositeType(named) ? ` ${selectionSet(random, named, depth + 1, maySpread)}` : '';
  return `${key}${field.name}${args}${directive}${nested}`;
}
