/** `npm run migration -- <name>`: writes a new migration. docs/migrations.md tells how to go on from there. */
import { join } from 'node:path';
import { writeMigration } from './migration/writeMigration.ts';

const [name = '', ...rest] = process.argv.slice(2);
if (!/^[a-z][a-z0-9_]*$/.test(name) || rest.length > 0) {
  process.stderr.write('npm run migration -- <name>, the name in snake_case\n');
  process.exitCode = 1;
} else {
  const path = await writeMigration(join(import.meta.dirname, '..'), name);
  process.stdout.write(
    path === undefined
      ? 'Nothing has changed in prisma/schema.prisma and prisma/sql since the last migration: nothing was written.\n'
      : `${path} was written. Read it, and complete it by hand (docs/migrations.md).\n`,
  );
}
