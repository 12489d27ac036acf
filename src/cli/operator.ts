/** Acts of the operator: commands that write to the database without a token. */
import type { Config } from '../config/config.ts';
import { type Database, openDatabase, type Tx } from '../database/db.ts';
import { InvalidInputError, UserError } from '../errors/errors.ts';
import type { Author } from '../services/act/structureEvent.ts';
import { CommandError } from './commandError.ts';
import { withMigratedDatabase } from './databaseOf.ts';

const OPERATOR: Author = { viewer: { kind: 'SYSTEM', id: null, name: 'command line' }, requestId: null };

/** Runs `work` in one transaction. An error that its caller can foresee is one of the command. */
export async function asOperator<Result>(
  config: Config,
  work: (tx: Tx, author: Author) => Promise<Result>,
): Promise<Result> {
  return await withMigratedDatabase(config, async (url) => {
    const db: Database = openDatabase(url);
    try {
      return await db.transact({ actor: OPERATOR.viewer, requestId: null }, (tx) => work(tx, OPERATOR));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new CommandError(messageOf(error), { cause: error });
    } finally {
      await db.close();
    }
  });
}

/** @throws CommandError */
export async function organizationOf(tx: Tx, slug: string): Promise<{ id: string; slug: string }> {
  const organization = await tx.organization.findUnique({ where: { slug } });
  if (!organization) throw new CommandError(`There is no organization "${slug}".`);
  return organization;
}

/** The options of a command have the names of the fields. */
function messageOf(error: UserError): string {
  if (!(error instanceof InvalidInputError)) return error.message;
  return error.issues.map(({ path, message }) => `--${path} ${message}.`).join('\n');
}
