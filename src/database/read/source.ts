/** The FROM clause of a statement or subquery: a table, and the tables of its to-one relations that conditions need. */
import { notCompiled } from './notCompiled.ts';
import { fieldOf, isRelation, type Relation, type Table, tableOf } from './table.ts';

/** The values of one statement, and its aliases. */
export class Parameters {
  readonly values: unknown[] = [];
  /** Whether a column must be between two of the values. */
  haveRange = false;
  #aliases = 0;

  /** PostgreSQL infers the type of the placeholder from what it is compared with. */
  add(value: unknown): string {
    this.values.push(asText(value));
    return `$${this.values.length}`;
  }

  alias(): string {
    this.#aliases += 1;
    return `t${this.#aliases}`;
  }
}

/** A date as text, which PostgreSQL refuses when it has no such date. node-postgres would make it another one. */
function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  return value instanceof Date ? value.toISOString() : value;
}

export const quoted = (name: string) => `"${name}"`;

export class Source {
  readonly alias: string;
  readonly table: Table;
  readonly parameters: Parameters;
  readonly #columns = new Set<string>();
  readonly #joins = new Map<string, { source: Source; key: string; sql: string }>();

  constructor(model: string, parameters: Parameters) {
    this.table = tableOf(model);
    this.parameters = parameters;
    this.alias = parameters.alias();
  }

  column(name: string): string {
    this.#columns.add(name);
    return `${this.alias}.${quoted(name)}`;
  }

  /** The columns that were asked for. */
  columns(): string {
    return [...this.#columns].map((name) => this.column(name)).join(', ');
  }

  /** The row of a to-one relation. One join serves all conditions and orders that need it. */
  joined(relation: string): { source: Source; key: string } {
    const known = this.#joins.get(relation);
    if (known) return known;
    const field = fieldOf(this.table, relation);
    if (!isRelation(field) || field.isList) return notCompiled(`a join of ${this.table.table}.${relation}`);
    const source = new Source(field.to, this.parameters);
    const [[, related] = notCompiled(`${relation} without columns`)] = field.on;
    const join = { source, key: source.column(related), sql: joinCondition(this, field, source) };
    this.#joins.set(relation, join);
    return join;
  }

  /** To be asked for when all conditions and orders are compiled. */
  from(): string {
    return [`${quoted(this.table.table)} ${this.alias}`, ...this.#joined()].join(' ');
  }

  #joined(): string[] {
    return [...this.#joins.values()].flatMap(({ source, sql }) => [
      `LEFT JOIN ${quoted(source.table.table)} ${source.alias} ON ${sql}`,
      ...source.#joined(),
    ]);
  }
}

export function joinCondition(own: Source, { on, isList }: Relation, related: Source): string {
  // The foreign key holds the other columns equal. They would keep PostgreSQL from the index that leads with this one and
  // continues with the order of the list.
  const byId = isList ? on.filter(([mine]) => mine === 'id') : [];
  const pairs = byId.length > 0 ? byId : on;
  return pairs.map(([mine, theirs]) => `${related.column(theirs)} = ${own.column(mine)}`).join(' AND ');
}
