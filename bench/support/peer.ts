/** A peer: another server, which does the same work as Muster in a process of its own. */
import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Child, startChild } from './child.ts';
import { say } from './figures.ts';

/** Without it, some check themselves at every request. */
const PRODUCTION = { NODE_ENV: 'production', GRAPHILE_ENV: 'production' };

/**
 * Starts a program of `bench/peers/<name>/`. A peer with a `package.json` has packages of its own, which are installed when
 * it is first used. Another one uses those of Muster.
 */
export async function startPeer<Order, Answer>(
  name: string,
  program: string,
  env: Record<string, string> = {},
): Promise<Child<Order, Answer>> {
  const folder = new URL(`../peers/${name}/`, import.meta.url);
  if (existsSync(new URL('package.json', folder))) await install(name, folder);
  const file = new URL(`${program}.ts`, folder);
  return await startChild(existsSync(file) ? file : new URL(`${program}.js`, folder), {
    ...PRODUCTION,
    ...env,
  });
}

async function install(name: string, folder: URL): Promise<void> {
  const lock = new URL('package-lock.json', folder);
  const installed = new URL('node_modules/.package-lock.json', folder);
  if (existsSync(installed) && statSync(installed).mtimeMs > statSync(lock).mtimeMs) return;
  say(`(installs the packages of bench/peers/${name})`);
  await promisify(execFile)('npm', ['ci', '--no-audit', '--ignore-scripts'], { cwd: fileURLToPath(folder) });
}
