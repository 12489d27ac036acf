/** What the operator does on the command line, by the same services. */
import { type Database, openDatabase, type Tx } from '../../src/database/db.ts';
import type { Author } from '../../src/services/act/structureEvent.ts';
import { grantRepositories } from '../../src/services/repositoryGrant/repositoryGrant.ts';
import { uuidOf } from './psql.ts';

const OPERATOR: Author = { viewer: { kind: 'SYSTEM', id: null, name: 'test' }, requestId: null };

export async function asOperator<Result>(
  db: Database,
  work: (tx: Tx, author: Author) => Promise<Result>,
): Promise<Result> {
  return await db.transact({ actor: OPERATOR.viewer, requestId: null }, (tx) => work(tx, OPERATOR));
}

/** Grants repositories to an organization. Default: all of every host. */
export async function grantScope(db: Database, organizationId: string, scope = '*'): Promise<void> {
  await asOperator(db, (tx, author) => grantRepositories(tx, author, uuidOf(organizationId), [scope]));
}

/** The same in the database of a server that runs in another process. */
export async function grantScopeIn(
  databaseUrl: string,
  organizationId: string,
  scope?: string,
): Promise<void> {
  const db = openDatabase(databaseUrl);
  try {
    await grantScope(db, organizationId, scope);
  } finally {
    await db.close();
  }
}
