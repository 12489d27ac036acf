/** The tables of Prisma's models. `prisma/tables.ts` generates them from the data model. */
import { TABLES } from '../../../prisma/client/tables.ts';
import { notCompiled } from './notCompiled.ts';

/** @property values of an enum. */
export type Column = { column: string; type: string; isList: boolean; values?: readonly string[] };

export type Relation = {
  /** The related model. */
  to: string;
  isList: boolean;
  /** Whether the own table has the foreign key. */
  hasKey: boolean;
  /** Pairs of a column of the own table and one of the related table. */
  on: [own: string, related: string][];
};

/** @property delegate the model's name in the Prisma client, such as `pullRequest`. */
export type Table = { delegate: string; table: string; fields: Record<string, Column | Relation> };
export type Tables = Record<string, Table>;

export function tableOf(model: string): Table {
  return TABLES[model] ?? notCompiled(`the model ${model}`);
}

export function fieldOf({ table, fields }: Table, name: string): Column | Relation {
  return fields[name] ?? notCompiled(`the field ${table}.${name}`);
}

export function isRelation(field: Column | Relation): field is Relation {
  return 'to' in field;
}
