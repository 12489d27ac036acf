import { asciiLower } from '../asciiLower.ts';
import type { Config } from '../config.ts';
import { openDatabase } from '../db.ts';
import { createTokenInput } from '../services/organization/createToken.ts';
import { issueToken } from '../services/organization/issueToken.ts';
import { CommandError } from './commandError.ts';
import { withMigratedDatabase } from './databaseOf.ts';

const { label: labelInput } = createTokenInput.shape;

export async function createTokenCommand(
  config: Config,
  { email, label }: { email: string; label: string },
): Promise<void> {
  const valid = labelInput.safeParse(label);
  if (!valid.success) throw new CommandError(`--label ${valid.error.issues[0]?.message}.`);
  const address = asciiLower(email.trim());
  console.log(await withMigratedDatabase(config, (url) => createUserToken(url, address, valid.data)));
}

async function createUserToken(url: string, email: string, label: string): Promise<string> {
  const db = openDatabase(url);
  try {
    const user = await db.prisma.user.findUnique({ where: { email } });
    if (!user) throw new CommandError(`There is no user ${email}.`);
    return await issueToken(db.prisma, { userId: user.id, label });
  } finally {
    await db.close();
  }
}
