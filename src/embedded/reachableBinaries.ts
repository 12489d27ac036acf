import { existsSync } from 'node:fs';
import { chmod, cp, lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Binaries, binariesAt, installedBinaries } from './binaries.ts';
import { withLock } from './lock.ts';
import { relocationDirectory } from './relocation.ts';
import { type Account, testAs } from './run.ts';

/** Returns the installed binaries, or a copy of them if `account` cannot execute them. */
export async function reachableBinaries(
  account: Account | undefined,
  log: (message: string) => void,
): Promise<Binaries> {
  const installed = await installedBinaries();
  if (!account || testAs(account, '-x', installed.postgres)) return installed;

  const directory = await relocationDirectory();
  const root = join(directory, `postgresql-${installed.packageVersion}`);
  await withLock(`${root}.lock`, log, async () => {
    if (existsSync(root)) return;
    log(`The user ${account.name} cannot execute ${installed.postgres}: copying PostgreSQL to ${root}.`);
    await copy(installed.root, root);
  });
  const copied = binariesAt(root, installed);
  if (!testAs(account, '-x', copied.postgres)) {
    throw new Error(
      `The user ${account.name} can execute neither ${installed.postgres} nor ${copied.postgres}.`,
    );
  }
  return copied;
}

/** Copies a directory tree that every user can read. `to` appears complete or not at all. */
async function copy(from: string, to: string): Promise<void> {
  const unfinished = `${to}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await cp(from, unfinished, { recursive: true, verbatimSymlinks: true });
  for (const path of ['.', ...(await readdir(unfinished, { recursive: true }))]) {
    await openToEveryone(join(unfinished, path));
  }
  await rename(unfinished, to);
}

/** Grants the owner's permissions to every user, except writing. */
async function openToEveryone(path: string): Promise<void> {
  const stats = await lstat(path);
  if (stats.isSymbolicLink()) return;
  const ownerMode = (stats.mode >> 6) & 0o7;
  await chmod(path, (ownerMode * 0o111) & ~0o022);
}
