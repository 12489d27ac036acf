/** The input schemas that all four kinds of vocabulary share. */
import { z } from 'zod';
import { Prisma } from '../../../prisma/client/client.ts';
import { line, slug } from '../act/input.ts';
import { description, name } from '../template/manifest/fieldRule.ts';

/** Fields that releases also define. */
export const definitionFields = { slug, name, description: description.nullish() };

/** A required field in an update. Null does not change it, as if the field were absent. */
export function kept<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** The same fields in an update. Absent fields do not change. */
export const changedFields = { slug: kept(slug), name: kept(name), description: description.nullish() };

/** A local field: no release defines it, so that it can be changed in a managed row too. */
export const displayName = line(1, 100).nullish();

/** The value for a nullable JSON column. `undefined` does not change the column. */
export function nullableJson<Value extends Prisma.InputJsonValue>(value: Value | null | undefined) {
  return value === null ? Prisma.DbNull : value;
}

/** The result of a write: the id of the row. */
export const rowId = z.object({ id: z.guid() });
export type RowId = z.output<typeof rowId>;
