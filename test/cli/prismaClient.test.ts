/** The command line generates the Prisma client when needed: a fresh clone does not have one. */
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { run } from '../support/process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The time limit for generating the client, which takes seconds, and far longer on a busy machine. */
const GENERATIONS_MS = 180_000;

/** A copy of the project without its generated client. */
let clone: string;
const clones: string[] = [];
beforeEach(async () => {
  clone = await mkdtemp(join(tmpdir(), 'muster-clone-'));
  clones.push(clone);
  for (const part of ['src', 'prisma', 'package.json', 'prisma.config.ts']) {
    await cp(join(ROOT, part), join(clone, part), {
      recursive: true,
      filter: (path) => !path.startsWith(join(ROOT, 'prisma/client')),
    });
  }
  await symlink(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
});
afterAll(async () => {
  for (const each of clones) await rm(each, { recursive: true });
});

async function muster(args: string[], env: Record<string, string> = {}) {
  const child = run(args, env, clone, join(clone, 'src/main.ts'));
  const printed = { out: '', err: '' };
  child.stdout?.on('data', (chunk) => {
    printed.out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    printed.err += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, ...printed };
}

const generatedAt = async () =>
  (await stat(join(clone, 'prisma/client/client.ts')).catch(() => undefined))?.mtimeMs;

it('--help and --version work without a generated client and generate none', async () => {
  const help = await muster(['--help']);
  expect(help).toMatchObject({ code: 0, err: '' });
  expect(help.out).toMatch(/^Usage: muster /);
  expect(await muster(['jobs', '--help'])).toMatchObject({ code: 0, err: '' });
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  expect(await muster(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
  expect(await generatedAt()).toBeUndefined();
});

it(
  'a command generates the client when it is missing or its schema has changed, and otherwise does not',
  async () => {
    const database = await createDatabase();
    const listJobs = () => muster(['jobs'], { DATABASE_URL: database.url });

    const generating = { code: 0, out: 'There are no such jobs.\n', err: 'Generating the Prisma client …\n' };
    expect(await listJobs()).toEqual(generating);
    const first = await generatedAt();
    expect(await listJobs()).toEqual({ ...generating, err: '' });
    expect(await generatedAt()).toBe(first);

    const schema = join(clone, 'prisma/schema.prisma');
    await writeFile(schema, `${await readFile(schema, 'utf8')}\n// Changed.\n`);
    expect(await listJobs()).toEqual(generating);
    expect(await generatedAt()).toBeGreaterThan(first ?? 0);
    await database.drop();
  },
  GENERATIONS_MS,
);

it('an invalid configuration is reported before the client is generated', async () => {
  const { code, err } = await muster(['serve'], { PORT: 'none' });
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('PORT') });
  expect(await generatedAt()).toBeUndefined();
});
