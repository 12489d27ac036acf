import { randomUUID } from 'node:crypto';
import { hashSecret, newSecret, prefixOf } from '../../src/auth/secret.ts';
import { type Database, openDatabase } from '../../src/database/db.ts';
import { createUser } from '../../src/services/organization/user.ts';
import type { Client } from './client.ts';

type Account = { token: string; userId: string; email: string };

/** A user with a token that is valid in all organizations of that user. */
export type Person = Client & Account;

/** Creates a user in a database: the API has no mutation for that. */
export async function createPerson(db: Database, name = 'Ann'): Promise<Account> {
  const email = `${name.toLowerCase()}-${randomUUID()}@example.com`;
  const token = newSecret();
  const userId = await db.transact(
    { actor: { kind: 'SYSTEM', id: null, name: 'test' }, requestId: null },
    async (tx) => {
      const user = await createUser(tx, { email, name });
      await tx.token.create({
        data: { userId: user.id, label: 'test', prefix: prefixOf(token), hash: hashSecret(token) },
      });
      return user.id;
    },
  );
  return { token, userId, email };
}

/** Creates a user in the database of a server that runs in another process. */
export async function createPersonIn(databaseUrl: string, name?: string): Promise<Account> {
  const db = openDatabase(databaseUrl);
  try {
    return await createPerson(db, name);
  } finally {
    await db.close();
  }
}
