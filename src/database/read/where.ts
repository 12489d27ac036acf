/** Compiles Prisma's `where`. */
import { notCompiled } from './notCompiled.ts';
import { joinCondition, Source } from './source.ts';
import { type Column, fieldOf, isRelation, type Relation } from './table.ts';

export type Where = Record<string, unknown>;

const COMPARISONS: Record<string, string> = { gt: '>', gte: '>=', lt: '<', lte: '<=' };

/** The condition as SQL. `true` when there is none. */
export function condition(source: Source, where: Where = {}): string {
  return conjunction(
    entriesOf(where).map(([name, filter]) => {
      if (name === 'AND') return conjunction(listOf(filter).map((each) => condition(source, each)));
      if (name === 'OR') return disjunction(listOf(filter).map((each) => condition(source, each)));
      const field = fieldOf(source.table, name);
      if (!isRelation(field)) return ofColumn(source, field, filter);
      return field.isList
        ? ofMany(source, field, filter as Where)
        : ofOne(source, name, field, filter as Where | null);
    }),
  );
}

/** Prisma ignores what is undefined. */
function entriesOf(where: Where): [string, unknown][] {
  return Object.entries(where).filter(([, value]) => value !== undefined);
}

function listOf(filter: unknown): Where[] {
  return Array.isArray(filter) ? filter : [filter as Where];
}

function conjunction(conditions: string[]): string {
  const needed = conditions.filter((each) => each !== 'true');
  return needed.length === 0 ? 'true' : needed.join(' AND ');
}

function disjunction(conditions: string[]): string {
  // Prisma means something else by an empty condition here than elsewhere.
  if (conditions.length === 0 || conditions.includes('true'))
    return notCompiled('an empty condition in `OR`');
  return `(${conditions.map((each) => `(${each})`).join(' OR ')})`;
}

function ofColumn(source: Source, { column, type, isList }: Column, filter: unknown): string {
  if (isList || type === 'Json' || type === 'Bytes') return notCompiled(`a condition of ${column}`);
  const name = source.column(column);
  if (!isOperators(filter)) return equals(source, name, filter);
  const operators = entriesOf(filter);
  if (operators.filter(([operator]) => operator in COMPARISONS).length > 1)
    source.parameters.haveRange = true;
  return conjunction(
    operators.map(([operator, value]) => {
      const comparison = COMPARISONS[operator];
      if (comparison) return `${name} ${comparison} ${source.parameters.add(value)}`;
      if (operator === 'equals') return equals(source, name, value);
      if (operator === 'in' && Array.isArray(value)) return `${name} = ANY(${source.parameters.add(value)})`;
      if (operator === 'not' && value === null) return `${name} IS NOT NULL`;
      if (operator === 'not' && !isOperators(value)) return `${name} <> ${source.parameters.add(value)}`;
      return notCompiled(`the operator ${operator}`);
    }),
  );
}

function isOperators(filter: unknown): filter is Where {
  return typeof filter === 'object' && filter !== null && !(filter instanceof Date);
}

function equals({ parameters }: Source, name: string, value: unknown): string {
  return value === null ? `${name} IS NULL` : `${name} = ${parameters.add(value)}`;
}

function ofOne(source: Source, name: string, { hasKey, on }: Relation, filter: Where | null): string {
  // Prisma asks then whether all columns of the foreign key are null.
  if (hasKey && on.length > 1 && (filter === null || filter.isNot === null)) {
    return notCompiled('null for a key of several columns');
  }
  const { source: related, key } = source.joined(name);
  if (filter === null) return `${key} IS NULL`;
  const { is = {}, isNot, ...fields } = filter;
  if (isNot != null || is === null) return notCompiled('a negated relation');
  const met = conjunction([condition(related, fields), condition(related, is as Where)]);
  if (met === 'true' && isNot === undefined) return notCompiled('an empty condition of a relation');
  return conjunction([`${key} IS NOT NULL`, met]);
}

function ofMany(source: Source, relation: Relation, filter: Where): string {
  return conjunction(
    entriesOf(filter).map(([operator, where]) => {
      if (operator !== 'some' && operator !== 'none') return notCompiled(`the operator ${operator}`);
      const related = new Source(relation.to, source.parameters);
      const met = conjunction([joinCondition(source, relation, related), condition(related, where as Where)]);
      const exists = `EXISTS (SELECT FROM ${related.from()} WHERE ${met})`;
      return operator === 'some' ? exists : `NOT ${exists}`;
    }),
  );
}
