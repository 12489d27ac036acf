import { readFile, realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoreMissing } from './files.ts';

/** A PostgreSQL cluster on disk, and what we keep beside it. All paths are absolute and free of links. */
export type Cluster = {
  directory: string;
  /** PostgreSQL's data directory; the only part that belongs to the account it runs as. */
  data: string;
  /** The file with the superuser's password. */
  passwordFile: string;
  logFile: string;
};

export function clusterIn(directory: string): Cluster {
  return {
    directory,
    data: join(directory, 'data'),
    passwordFile: join(directory, 'password'),
    logFile: join(directory, 'server.log'),
  };
}

/** The cluster at `path`, which may be a link to where it really is; undefined when there is none yet. */
export async function findCluster(path: string): Promise<Cluster | undefined> {
  const directory = await realpath(path).catch(ignoreMissing);
  if (directory === undefined) {
    // Either nothing is there, or a link to a directory that is gone.
    await rm(path, { force: true });
    return undefined;
  }
  const cluster = clusterIn(directory);
  if (await stat(cluster.data).catch(ignoreMissing)) return cluster;
  throw new Error(`${path} exists, but is not a database that Muster made. Move it out of the way.`);
}

/** Refuses a cluster of another major version, whose files this PostgreSQL cannot read. */
export async function checkVersion({ directory, data }: Cluster, serverVersion: string): Promise<void> {
  const made = (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim();
  const major = String(Number.parseInt(serverVersion, 10));
  if (made === major) return;
  throw new Error(
    `The database in ${directory} was made by PostgreSQL ${made}; this is PostgreSQL ${major}, which cannot ` +
      `read it. Nothing was changed. To keep its content, dump it with the PostgreSQL ${made} it was made by ` +
      '(pg_dump) and load the dump into a new one; to do without it, delete that directory.',
  );
}
