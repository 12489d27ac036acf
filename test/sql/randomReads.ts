/** Random arguments of Prisma's `findMany`: what the resolvers send, in any combination. */
import fc from 'fast-check';
import { TABLES } from '../../prisma/client/tables.ts';
import { type Column, isRelation, type Relation } from '../../src/database/read/table.ts';

export type Row = Record<string, unknown>;
/** Rows of every model, whose values conditions are made with. */
export type Samples = Map<string, Row[]>;

const DEPTH = 3;
const ORDERED = ['String', 'Int', 'DateTime', 'BigInt'];
/** What a column may hold and the generator compares nothing with. */
const INCOMPARABLE = ['Json', 'Bytes', 'Float'];

const fieldsOf = (model: string) => Object.entries(TABLES[model]?.fields ?? {});
const columnsOf = (model: string) =>
  fieldsOf(model).filter((entry): entry is [string, Column] => !isRelation(entry[1]));
const relationsOf = (model: string) =>
  fieldsOf(model).filter((entry): entry is [string, Relation] => isRelation(entry[1]));
const hasId = (model: string) => columnsOf(model).some(([name]) => name === 'id');

/** The models whose rows have an order of their own. */
export const MODELS = Object.keys(TABLES).filter(hasId);

export function randomQuery(g: fc.GeneratorValue, model: string, samples: Samples): object {
  const take = g(fc.constantFrom, undefined, undefined, 0, 1, 2, 5, -1, -3);
  return {
    select: randomSelect(g, model, samples, DEPTH),
    where: g(fc.boolean) ? randomWhere(g, model, samples, 2) : undefined,
    orderBy: randomOrder(g, model),
    ...(take !== undefined && { take }),
  };
}

function some<Value>(g: fc.GeneratorValue, values: Value[], most: number): Value[] {
  return values.length === 0
    ? []
    : g(fc.shuffledSubarray, values, { maxLength: Math.min(most, values.length) });
}

function randomSelect(g: fc.GeneratorValue, model: string, samples: Samples, depth: number): object {
  const columns = some(g, columnsOf(model), 8).map(([name]) => [name, true]);
  const relations = depth > 0 ? some(g, relationsOf(model), 2) : [];
  const related = relations
    .filter(([, { to, isList }]) => !isList || hasId(to))
    .map(([name, { to, isList }]) => [
      name,
      isList ? listQuery(g, to, samples, depth - 1) : { select: randomSelect(g, to, samples, depth - 1) },
    ]);
  const counted = some(g, relationsOf(model), 2)
    .filter(([, { isList }]) => isList)
    .map(([name, { to }]) => [name, g(fc.boolean) ? true : { where: randomWhere(g, to, samples, 1) }]);
  const select = Object.fromEntries([...columns, ...related]);
  if (counted.length > 0) select._count = { select: Object.fromEntries(counted) };
  return Object.keys(select).length > 0 ? select : { [columnsOf(model)[0]?.[0] ?? '']: true };
}

function listQuery(g: fc.GeneratorValue, model: string, samples: Samples, depth: number): object {
  const take = g(fc.constantFrom, undefined, 1, 3, -2);
  return {
    select: randomSelect(g, model, samples, depth),
    where: g(fc.boolean) ? randomWhere(g, model, samples, 1) : undefined,
    orderBy: randomOrder(g, model),
    ...(take !== undefined && { take }),
  };
}

/** Ends with the id, so that the order of the rows is determined. */
function randomOrder(g: fc.GeneratorValue, model: string): object[] {
  const sortable = columnsOf(model).filter(([, { type, isList }]) => ORDERED.includes(type) && !isList);
  const single = relationsOf(model).filter(([, { isList }]) => !isList);
  const direction = () => g(fc.constantFrom, 'asc', 'desc');
  const own = some(g, sortable, 1).map(([name]) => ({ [name]: direction() }));
  const ofRelated = some(g, single, 1).flatMap(([name, { to }]) =>
    some(
      g,
      columnsOf(to).filter(([, { type, isList }]) => ORDERED.includes(type) && !isList),
      1,
    ).map(([column]) => ({ [name]: { [column]: direction() } })),
  );
  return [...ofRelated, ...own, { id: direction() }];
}

function randomWhere(g: fc.GeneratorValue, model: string, samples: Samples, depth: number): object {
  const columns = some(
    g,
    columnsOf(model).filter(([, { type, isList }]) => !INCOMPARABLE.includes(type) && !isList),
    2,
  ).flatMap(([name, column]) => conditionOf(g, name, column, samples.get(model) ?? []));
  const relations = depth > 0 ? some(g, relationsOf(model), 1) : [];
  const related = relations.flatMap(([name, { to, isList }]) => {
    const where = randomWhere(g, to, samples, depth - 1);
    if (isEmpty(where)) return [];
    if (isList) return [[name, { [g(fc.constantFrom, 'some', 'none')]: where }]];
    return [[name, g(fc.boolean) ? where : { is: where }]];
  });
  const where = Object.fromEntries([...columns, ...related]);
  if (depth > 0 && g(fc.boolean)) {
    const conditions = [1, 2].map(() => randomWhere(g, model, samples, depth - 1));
    const some = conditions.filter((each) => !isEmpty(each));
    if (some.length > 0) where[g(fc.constantFrom, 'AND', 'OR')] = some;
  }
  return where;
}

/** Prisma means by an empty condition in `OR` something else than elsewhere. */
function isEmpty(where: object): boolean {
  return Object.keys(where).length === 0;
}

function conditionOf(g: fc.GeneratorValue, name: string, { type }: Column, rows: Row[]): [string, unknown][] {
  const values = rows.map((row) => row[name]);
  const present = values.filter((value) => value !== null);
  if (present.length === 0) return [];
  const value = g(fc.constantFrom, ...present);
  const operators = ['equals', 'not', 'in', ...(ORDERED.includes(type) ? ['gt', 'gte', 'lt', 'lte'] : [])];
  const operator = g(fc.constantFrom, 'value', ...operators);
  if (operator === 'value') return [[name, value]];
  // Prisma knows no `in` of booleans.
  if (operator === 'in') return type === 'Boolean' ? [] : [[name, { in: some(g, present, 3) }]];
  // A column that is never null takes no null.
  if (operator === 'not' && values.includes(null) && g(fc.boolean)) return [[name, { not: null }]];
  return [[name, { [operator]: value }]];
}
