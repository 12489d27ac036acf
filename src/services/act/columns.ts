/** `SELECT ${columns('Agent')} FROM agent … FOR SHARE`: locks rows and reads them in one statement. */
import { Prisma } from '../../../prisma/client/client.ts';
import { TABLES } from '../../../prisma/client/tables.ts';
import { isRelation } from '../../database/read/table.ts';

/**
 * All columns of a model under the names of its fields, so that a row is what Prisma would return. Lists of enumerations
 * are left out: PostgreSQL's text of one is no list for Prisma.
 *
 * PostgreSQL returns a row that it locks as it is once the lock is held. What the statement reads besides is as it was
 * before a wait for the lock.
 */
export function columns(model: Prisma.ModelName): Prisma.Sql {
  return Prisma.raw(
    Object.entries(TABLES[model]?.fields ?? {})
      .flatMap(([name, field]) =>
        isRelation(field) || (field.isList && field.values) ? [] : `"${field.column}" AS "${name}"`,
      )
      .join(', '),
  );
}
