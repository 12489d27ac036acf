/** Compiles Prisma's `select`, `orderBy` and `take`: every row is a JSON array of the selected values. */
import { notCompiled } from './notCompiled.ts';
import { joinCondition, Source } from './source.ts';
import { type Column, fieldOf, isRelation, type Relation } from './table.ts';
import { condition, type Where } from './where.ts';

type Select = Record<string, unknown>;

/** The arguments that are compiled. Others are not. */
export type Query = {
  where?: Where;
  select?: Select;
  include?: Select;
  orderBy?: object | readonly object[];
  take?: number;
};

const KNOWN = ['where', 'select', 'include', 'orderBy', 'take'];

/** Makes of a value in JSON what Prisma would return. */
export type Revive = (value: unknown) => unknown;

type Selected = { name: string; sql: string; revive?: Revive };

/** The number of arguments that a function of PostgreSQL may have. */
const MAX_FIELDS = 100;

/**
 * The SELECT of rows, with one JSON value each.
 *
 * The page is found first. Then what is selected is computed for its rows only, because a subquery with a LIMIT is not
 * merged with the query around it.
 */
export function rowsOf(source: Source, query: Query, related = 'true'): { sql: string; revive: Revive } {
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && !KNOWN.includes(name)) notCompiled(`the argument ${name}`);
  }
  const { where, orderBy, take } = query;
  const { sql, revive } = rowOf(source, query);
  const conditions = [related, condition(source, where)].filter((each) => each !== 'true').join(' AND ');
  const isBackwards = (take ?? 0) < 0;
  const order = orderOf(source, orderBy, isBackwards);
  // Prisma orders by the key then.
  if (isBackwards && order === '') notCompiled('the last rows without an order');
  const clauses = [
    `FROM ${source.from()}`,
    conditions && `WHERE ${conditions}`,
    order && `ORDER BY ${order}`,
    take !== undefined && `LIMIT ${limitOf(take)}`,
  ].filter(Boolean);
  if (take === undefined) return { sql: `SELECT ${sql} AS row ${clauses.join(' ')}`, revive };
  // A row of all columns is several times as wide, and may be sorted.
  const page = `SELECT ${source.columns()} ${clauses.join(' ')}`;
  return { sql: `SELECT ${sql} AS row FROM (${page}) ${source.alias}`, revive };
}

/**
 * The length of a page is part of the text, so that the plan of the text knows it: a parameter would be planned for as a
 * tenth of all rows. A page has at most 100 rows and one to look ahead. How many texts are kept is bounded in
 * `statementNames.ts`.
 */
function limitOf(take: number): number {
  return Number.isSafeInteger(take) ? Math.abs(take) : notCompiled(`take: ${take}`);
}

/** A query that takes the last rows reads them backwards. */
function orderOf(source: Source, orderBy: Query['orderBy'] = [], isBackwards: boolean): string {
  const orders = (Array.isArray(orderBy) ? orderBy : [orderBy]).flatMap((each: object) =>
    Object.entries(each),
  );
  return orders.map(([name, value]) => columnOrder(source, name, value, isBackwards)).join(', ');
}

function columnOrder(source: Source, name: string, value: unknown, isBackwards: boolean): string {
  const field = fieldOf(source.table, name);
  if (isRelation(field)) return orderOf(source.joined(name).source, value as object, isBackwards);
  if (value !== 'asc' && value !== 'desc') return notCompiled(`the order of ${name}`);
  return `${source.column(field.column)} ${(value === 'asc') === isBackwards ? 'DESC' : 'ASC'}`;
}

function rowOf(source: Source, { select, include }: Query): { sql: string; revive: Revive } {
  if (select && include) notCompiled('`select` with `include`');
  const names = Object.entries(select ?? { ...columnsOf(source), ...include }).filter(([, value]) => value);
  const selected = names.map(([name, value]) => fieldSql(source, name, value));
  if (selected.length > MAX_FIELDS) notCompiled(`${selected.length} fields`);
  return {
    sql: `json_build_array(${selected.map(({ sql }) => sql).join(', ')})`,
    revive: reviveRow(selected),
  };
}

function columnsOf({ table: { fields } }: Source): Select {
  const columns = Object.entries(fields).filter(([, field]) => !isRelation(field));
  return Object.fromEntries(columns.map(([name]) => [name, true]));
}

function reviveRow(selected: readonly Selected[]): Revive {
  const fields = selected.map(({ name, revive }, index) => ({ name, revive, index }));
  return (value) => {
    const values = value as unknown[];
    const row: Record<string, unknown> = {};
    for (const { name, revive, index } of fields) {
      const each = values[index];
      row[name] = revive && each !== null ? revive(each) : each;
    }
    return row;
  };
}

function fieldSql(source: Source, name: string, value: unknown): Selected {
  if (name === '_count') return countsSql(source, value as true | { select?: Select });
  const field = fieldOf(source.table, name);
  if (!isRelation(field)) return { name, ...columnSql(source, field) };
  return { name, ...relatedSql(source, field, value === true ? {} : (value as Query)) };
}

function columnSql(source: Source, { column, type, isList, values }: Column): Omit<Selected, 'name'> {
  const sql = source.column(column);
  if (values && !isList) return { sql, revive: (value) => knownOf(values, column, value) };
  if (type === 'DateTime' && !isList) return { sql, revive: (text) => new Date(text as string) };
  // A number in JSON would be rounded.
  if (type === 'BigInt' && !isList) return { sql: `${sql}::text`, revive: (text) => BigInt(text as string) };
  if (['DateTime', 'BigInt', 'Decimal', 'Bytes'].includes(type)) return notCompiled(`the column ${column}`);
  return { sql };
}

/** A newer version may have added a value, which the API has no name for. */
function knownOf(values: readonly string[], column: string, value: unknown): unknown {
  if (values.includes(value as string)) return value;
  throw new Error(`The column ${column} has an unknown value.`);
}

function relatedSql(source: Source, relation: Relation, query: Query): Omit<Selected, 'name'> {
  const related = new Source(relation.to, source.parameters);
  const { sql, revive } = rowsOf(related, query, joinCondition(source, relation, related));
  if (!relation.isList) return { sql: `(${sql})`, revive };
  const isBackwards = (query.take ?? 0) < 0;
  return {
    sql: `(SELECT coalesce(json_agg(row), '[]') FROM (${sql}) ${source.parameters.alias()})`,
    revive: (rows) => {
      const revived = (rows as unknown[]).map(revive);
      return isBackwards ? revived.reverse() : revived;
    },
  };
}

function countsSql(source: Source, value: true | { select?: Select }): Selected {
  // Prisma counts all lists then.
  if (value === true) return notCompiled('`_count: true`');
  const { select = {} } = value;
  const counts = Object.entries(select).filter(([, value]) => value);
  const selected = counts.map(([name, value]): Selected => {
    const relation = fieldOf(source.table, name);
    if (!isRelation(relation)) return notCompiled(`a count of ${name}`);
    const related = new Source(relation.to, source.parameters);
    const { where } = value === true ? {} : (value as Query);
    const conditions = [joinCondition(source, relation, related), condition(related, where)];
    const met = conditions.filter((each) => each !== 'true').join(' AND ');
    return { name, sql: `(SELECT count(*) FROM ${related.from()} WHERE ${met})` };
  });
  return {
    name: '_count',
    sql: `json_build_array(${selected.map(({ sql }) => sql).join(', ')})`,
    revive: reviveRow(selected),
  };
}
