import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { type Cluster, clusterIn } from './cluster.ts';
import { relocationDirectory } from './relocation.ts';
import { type Account, run, testAs } from './run.ts';

/** Between the name of a cluster and what makes the name of an unfinished one unique. */
const UNFINISHED = '.new-';

/**
 * Creates a cluster at `path`. It is made elsewhere and put there when it is complete, so whatever interrupts
 * this, nothing half-made is ever found at `path`. Where `account` cannot have its data there, `path` becomes a
 * link to where it can.
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
    throw new Error(`The user ${account?.name} can have its data neither in ${path} nor in /var/lib/muster.`);
  }
  log(
    `The user ${account?.name}, whom PostgreSQL runs as, cannot have its data in ${path}: ` +
      `creating a PostgreSQL cluster in ${relocated.directory} instead, with a link to it from there.`,
  );
  await initialize(relocated, binaries, account);
  await symlink(relocated.directory, path);
  return relocated;
}

/** Clears away what an interrupted attempt left behind. */
async function removeUnfinished(path: string): Promise<void> {
  const parent = dirname(path);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(basename(path) + UNFINISHED)) continue;
    await rm(join(parent, name), { recursive: true, maxRetries: 10 });
  }
}

/** A name by which people recognize the clone: `muster` for `/root/muster/.muster/postgres`. */
function nameFor(path: string): string {
  return basename(dirname(path)).replace(/^\.+/, '') || 'data';
}

/**
 * A new directory for a cluster, in which `data` belongs to `account`. Undefined when that cannot be, because
 * the account cannot get there or the file system knows no owners.
 */
async function prepareDirectory(prefix: string, account: Account | undefined): Promise<Cluster | undefined> {
  const cluster = clusterIn(await mkdtemp(prefix));
  await mkdir(cluster.data, { mode: 0o700 });
  if (!account) return cluster;
  await chmod(cluster.directory, 0o711);
  await chown(cluster.data, account.uid, account.gid).catch(() => {}); // the test tells
  if (testAs(account, '-O', cluster.data) && testAs(account, '-w', cluster.data)) return cluster;
  await rm(cluster.directory, { recursive: true });
  return undefined;
}

/** Runs initdb, whose result is the same on every machine: it depends on no locale of the operating system. */
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
    if (account) await chown(passwordFile, 0, 0); // an account other than ours is only ever used by root
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}
