import type PrismaTypes from '../../../prisma/client/pothos.ts';
import type { Context } from '../../context.ts';
import { rowOrThrow } from './rowLoader.ts';
import { weighs } from './weight.ts';

type Models = { [Name in keyof PrismaTypes]: PrismaTypes[Name]['Shape'] };

/**
 * Reads a column apart from the others of its row, for all rows of the answer with one statement, row by row. With the
 * others, the database would build one value of all texts of an answer, in many times its memory, before the server
 * learns that it is too large.
 */
export async function columnOf<
  Name extends keyof Models & string,
  Column extends keyof Models[Name] & string,
>(modelName: Name, column: Column, { id }: { id: string }, context: Context): Promise<Models[Name][Column]> {
  const row = await rowOrThrow(context, modelName, { select: { id: true, [column]: true } }, id);
  return (row as unknown as Models[Name])[column];
}

/**
 * Options of a field that exposes a column with a long text or free-form data.
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
