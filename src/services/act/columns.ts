/** `SELECT ${columns(Prisma.AgentScalarFieldEnum)} FROM agent … FOR SHARE`: locks rows and reads them in one statement. */
import { Prisma } from '../../../prisma/client/client.ts';

/**
 * All columns of a model under the names of its fields, so that a row is what Prisma would return. Lists of enumerations
 * are the exception: PostgreSQL's text of one is no list for Prisma.
 *
 * PostgreSQL returns a row that it locks as it is once the lock is held. What the statement reads besides is as it was
 * before a wait for the lock.
 */
export function columns<Field extends string>(fields: Record<Field, Field>, table?: string): Prisma.Sql {
  const prefix = table === undefined ? '' : `${table}.`;
  return Prisma.raw(
    Object.values<Field>(fields)
      .map((field) => `${prefix}${columnOf(field)} AS "${field}"`)
      .join(', '),
  );
}

/** Tables and columns have the schema's names in snake_case. */
function columnOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
