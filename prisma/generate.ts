/**
 * Generates the Prisma client when it is missing, or was made from another schema or by other versions. Run by
 * `npm run generate:prisma`, and by every command of `muster` before it loads the client.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLIENT = join(ROOT, 'prisma/client/client.ts');
/** Holds the hash of what the client was generated from. */
const STAMP = join(ROOT, 'prisma/client/generated-from');

const require = createRequire(import.meta.url);

/**
 * @param onStart called before a generation, which takes some seconds
 * @throws when the client is missing and the package `prisma`, a development dependency, is not installed
 */
export async function generateClientWhenStale(onStart: () => void = () => {}): Promise<void> {
  const command = prismaCommand();
  if (command === undefined) {
    if (existsSync(CLIENT)) return;
    throw new Error(
      'The Prisma client is missing. Run "npm run generate:prisma" before "npm prune --omit=dev".',
    );
  }
  const source = await hashOfSource();
  const stamp = await readFile(STAMP, 'utf8').catch(() => undefined);
  if (existsSync(CLIENT) && stamp === source) return;
  onStart();
  const binaries = [join(ROOT, 'node_modules/.bin'), dirname(process.execPath), process.env.PATH];
  await promisify(execFile)(process.execPath, [command, 'generate', '--no-hints'], {
    cwd: ROOT,
    env: {
      ...process.env,
      PATH: binaries.join(delimiter),
      // The client needs no schema engine. Prisma would download one.
      PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
      // Prisma would ask its makers for a newer version.
      CHECKPOINT_DISABLE: '1',
    },
  });
  await writeFile(STAMP, source);
}

function prismaCommand(): string | undefined {
  try {
    return require.resolve('prisma/build/index.js');
  } catch {
    return undefined;
  }
}

async function hashOfSource(): Promise<string> {
  const files = [
    join(ROOT, 'prisma/schema.prisma'),
    join(ROOT, 'prisma/tables.ts'),
    // For their versions. Both have a part in the client.
    join(ROOT, 'node_modules/@prisma/client/package.json'),
    join(ROOT, 'node_modules/@pothos/plugin-prisma/package.json'),
  ];
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(file)).update('\0');
  return hash.digest('hex');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await generateClientWhenStale();
