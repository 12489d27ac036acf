import { hashSecret, newSecret, prefixOf } from '../auth/secret.ts';
import type { Config } from '../config.ts';
import { openDatabase } from '../db.ts';
import { CommandError } from './commandError.ts';
import { withDatabase } from './databaseOf.ts';

export async function createTokenCommand(
  config: Config,
  { email, label }: { email: string; label: string },
): Promise<void> {
  console.log(await withDatabase(config, (url) => createUserToken(url, email.trim().toLowerCase(), label)));
}

async function createUserToken(url: string, email: string, label: string): Promise<string> {
  const db = openDatabase(url);
  try {
    const user = await db.prisma.user.findUnique({ where: { email } });
    if (!user) throw new CommandError(`There is no user ${email}.`);
    const secret = newSecret();
    await db.prisma.token.create({
      data: { userId: user.id, label, prefix: prefixOf(secret), hash: hashSecret(secret) },
    });
    return secret;
  } finally {
    await db.close();
  }
}
