import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { type Cluster, clusterIn } from './cluster.ts';
import { relocationDirectory } from './relocation.ts';
import { type Account, run, testAs } from './run.ts';

/** Part of the name of an unfinished cluster: `postgres.new-a1b2c3`. */
const UNFINISHED = '.new-';

/**
 * Creates a cluster at `path`. It is created under another name and renamed when it is complete, so an interruption never
 * leaves an incomplete cluster at `path`. If `account` cannot own data there, the cluster is created in /var/lib/muster
 * and `path` becomes a link to it.
 */
export async function createCluster(
  path: string,
  binaries: Binaries,
  account: Account | undefined,
  log: (message: string) => void,
): Promise<Cluster> {
  await removeUnfinished(path);
  const beside = await prepareDirectory(`${path}${UNFINISHED}`, account);
  if (beside) {
    log(`Creating a PostgreSQL cluster in ${path}.`);
    await initialize(beside, binaries, account);
    await rename(beside.directory, path);
    return clusterIn(path);
  }
  const relocated = await prepareDirectory(join(await relocationDirectory(), `${nameFor(path)}-`), account);
  if (!relocated) {
    throw new Error(`The user ${account?.name} can keep its data neither in ${path} nor in /var/lib/muster.`);
  }
  log(
    `PostgreSQL runs as the user ${account?.name}, which cannot keep its data in ${path}. ` +
      `Creating a PostgreSQL cluster in ${relocated.directory} and a link to it.`,
  );
  await initialize(relocated, binaries, account);
  await symlink(relocated.directory, path);
  return relocated;
}

/** Removes the leftovers of interrupted attempts. */
async function removeUnfinished(path: string): Promise<void> {
  const parent = dirname(path);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(basename(path) + UNFINISHED)) continue;
    await rm(join(parent, name), { recursive: true, maxRetries: 10 });
  }
}

/** A recognizable name for the relocated cluster: `muster` for `/root/muster/.muster/postgres`. */
function nameFor(path: string): string {
  return basename(dirname(path)).replace(/^\.+/, '') || 'data';
}

/**
 * Creates a directory for a cluster, in which `account` owns `data`. Returns undefined when the account cannot reach it
 * or the file system has no owners.
 */
async function prepareDirectory(prefix: string, account: Account | undefined): Promise<Cluster | undefined> {
  const cluster = clusterIn(await mkdtemp(prefix));
  await mkdir(cluster.data, { mode: 0o700 });
  if (!account) return cluster;
  await chmod(cluster.directory, 0o711);
  await chown(cluster.data, account.uid, account.gid).catch(() => {}); // the next line tests it
  if (testAs(account, '-O', cluster.data) && testAs(account, '-w', cluster.data)) return cluster;
  await rm(cluster.directory, { recursive: true });
  return undefined;
}

/** Runs initdb. It uses the builtin locale provider, so the result does not depend on the operating system's locales. */
async function initialize(
  { directory, data, passwordFile }: Cluster,
  { initdb }: Binaries,
  account: Account | undefined,
): Promise<void> {
  try {
    await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
    if (account) await chown(passwordFile, account.uid, account.gid); // for initdb to read
    await run(
      initdb,
      [
        `--pgdata=${data}`,
        '--username=postgres',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--set=timezone=UTC',
        '--no-instructions',
      ],
      account,
    );
    if (account) await chown(passwordFile, 0, 0); // only root uses another account
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}
