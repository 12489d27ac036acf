import { readFile, realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoreMissing } from './files.ts';

/** A PostgreSQL cluster on disk and the files beside it. All paths are absolute and contain no links. */
export type Cluster = {
  directory: string;
  /** PostgreSQL's data directory, the only part that its account owns. */
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

/** Returns the cluster at `path`, which may be a link; undefined when there is none yet. */
export async function findCluster(path: string): Promise<Cluster | undefined> {
  const directory = await realpath(path).catch(ignoreMissing);
  if (directory === undefined) {
    // The path does not exist, or it is a link to a directory that does not.
    await rm(path, { force: true });
    return undefined;
  }
  const cluster = clusterIn(directory);
  if (await stat(cluster.data).catch(ignoreMissing)) return cluster;
  throw new Error(`${path} exists, but is not a database that Muster created. Move it out of the way.`);
}

/** Refuses a cluster of another major version, whose files this PostgreSQL cannot read. */
export async function checkVersion({ directory, data }: Cluster, serverVersion: string): Promise<void> {
  const made = (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim();
  const major = String(Number.parseInt(serverVersion, 10));
  if (made === major) return;
  throw new Error(
    `The database in ${directory} was created by PostgreSQL ${made}, and PostgreSQL ${major} cannot read ` +
      `it. Nothing was changed. To keep its content, dump it with pg_dump of PostgreSQL ${made} and load the ` +
      'dump into a new database. To start with an empty one, delete that directory.',
  );
}
