/** Columns with long texts or free-form data, which are read apart from the others of their rows. */
import { Prisma } from '../../../prisma/client/client.ts';
import type PrismaTypes from '../../../prisma/client/pothos.ts';
import { TABLES } from '../../../prisma/client/tables.ts';
import type { Context } from '../../context.ts';
import { setwise } from './setwise.ts';
import { weighs } from './weight.ts';

type Models = { [Name in keyof PrismaTypes]: PrismaTypes[Name]['Shape'] };
type ColumnName = { modelName: string; column: string };
type Found = { id: string; value: unknown; bytes: number };

/**
 * One statement for all rows. Together with the other columns, the database would build one value of all texts of an
 * answer, in many times its memory, before the server learns that it is too large. So would the server with this
 * statement's rows: they have no values when all of them together are more than the operation may still read.
 */
const valuesOf = setwise(async (ids, { modelName, column }: ColumnName, { db, operation }) => {
  const { table, name } = namesOf(modelName, column);
  const limit = operation?.remainingBytes() ?? Number.MAX_SAFE_INTEGER;
  const rows = await db.prisma.$queryRaw<Found[]>`
    SELECT id, CASE WHEN bytes <= ${limit} THEN value END AS value, bytes::float8 AS bytes
      FROM (
        SELECT id, ${name} AS value, sum(octet_length(${name}::text)) OVER () AS bytes
          FROM ${table} WHERE id = ANY(${ids}::uuid[])
      ) found`;
  const [{ bytes } = { bytes: 0 }] = rows;
  if (bytes > limit) operation?.countRead(bytes);
  operation?.signal.throwIfAborted();
  const values = new Map(rows.map(({ id, value }) => [id, value]));
  return (id) => {
    if (!values.has(id)) throw new Error(`${modelName} ${id} does not exist.`);
    return values.get(id);
  };
});

function namesOf(modelName: string, fieldName: string) {
  const model = TABLES[modelName];
  const field = model?.fields[fieldName];
  if (!model || !field || !('column' in field)) throw new Error(`${modelName}.${fieldName} is no column.`);
  return { table: Prisma.raw(`"${model.table}"`), name: Prisma.raw(`"${field.column}"`) };
}

export async function columnOf<
  Name extends keyof Models & string,
  Column extends keyof Models[Name] & string,
>(modelName: Name, column: Column, { id }: { id: string }, context: Context): Promise<Models[Name][Column]> {
  return (await valuesOf(id, { modelName, column }, context)) as Models[Name][Column];
}

/**
 * Options of a field that exposes such a column.
 *
 * @param kilobytes the size of the largest value
 */
export function long<Name extends keyof Models & string, Column extends keyof Models[Name] & string>(
  modelName: Name,
  column: Column,
  kilobytes: number,
) {
  return {
    ...weighs({ kilobytes }),
    select: { id: true } as const,
    // The options of a nullable field say so themselves.
    resolve: async (row: object, _args: object, context: Context) =>
      (await columnOf(modelName, column, row as { id: string }, context)) as NonNullable<
        Models[Name][Column]
      >,
  };
}
