/** Looks up a Prisma model by name, for code that learns at run time which one it needs. */
import { TABLES } from '../../../prisma/client/tables.ts';
import type { Database } from '../../database/db.ts';

export type Row = { id: string };

export type Model = {
  findMany(args: object): Promise<Row[]>;
  count(args: object): Promise<number>;
};

/** @param name the model's name in the Prisma schema, such as `PullRequest` */
export function model({ reads }: Pick<Database, 'reads'>, name: string): Model {
  return reads[TABLES[name]?.delegate as keyof typeof reads] as unknown as Model;
}
