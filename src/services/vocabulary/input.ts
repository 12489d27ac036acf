/** What people say of every kind of vocabulary. */
import { z } from 'zod';
import { Prisma } from '../../../prisma/client/client.ts';
import { slug, text } from '../act/input.ts';
import { description, name } from '../template/manifest/fieldRule.ts';

/** Fields that a release defines, too. */
export const definitionFields = { slug, name, description: description.nullish() };

/** A field of an update that cannot be taken away: null leaves it as it is, as if it were absent. */
export function kept<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** The same fields in an update: what is absent stays as it is. */
export const changedFields = { slug: kept(slug), name: kept(name), description: description.nullish() };

/** No release defines it: it may be changed in a managed row, too. */
export const displayName = text(1, 100).nullish();

/** A JSON column that may be null. `undefined` leaves it as it is. */
export function nullableJson<Value extends Prisma.InputJsonValue>(value: Value | null | undefined) {
  return value === null ? Prisma.DbNull : value;
}

/** A row by its id. */
export const rowId = z.object({ id: z.guid() });
export type RowId = z.output<typeof rowId>;
