import { randomUUID } from 'node:crypto';
import { hashSecret, newSecret, prefixOf } from '../../src/auth/secret.ts';
import { openDatabase } from '../../src/db.ts';
import { createUser } from '../../src/services/organization/user.ts';

/** A person in a database, for servers that are processes of their own; answers a token of theirs. */
export async function createPerson(url: string): Promise<string> {
  const db = openDatabase(url);
  const token = newSecret();
  const hashed = { label: 'test', prefix: prefixOf(token), hash: hashSecret(token) };
  try {
    await db.transact({ actor: { kind: 'SYSTEM', id: null, name: 'test' }, requestId: null }, async (tx) => {
      const { id: userId } = await createUser(tx, { email: `${randomUUID()}@example.com`, name: 'Ann' });
      await tx.token.create({ data: { userId, ...hashed } });
    });
    return token;
  } finally {
    await db.close();
  }
}
