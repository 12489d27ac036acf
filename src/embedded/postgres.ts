import { mkdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { serverAccount } from './account.ts';
import { serverVersion } from './binaries.ts';
import { databaseUrl, ensureDatabase } from './client.ts';
import { checkVersion, findCluster } from './cluster.ts';
import { createCluster } from './createCluster.ts';
import { withLock } from './lock.ts';
import { reachableBinaries } from './reachableBinaries.ts';
import { findRunningServer } from './runningServer.ts';
import { launchServer } from './server.ts';
import { takeShare } from './users.ts';

const DATABASE = 'muster';

export type EmbeddedPostgresOptions = {
  /** The cluster is the directory `postgres` in this one, which is created when missing. */
  dataDir: string;
  log: (message: string) => void;
  /** PostgreSQL settings by name, for a server that this call starts. A running server keeps its own. */
  settings?: Record<string, string>;
};

export type EmbeddedPostgres = {
  /** The URL of the database `muster`, with the superuser's password. */
  url: string;
  /** The cluster's directory, without links. */
  directory: string;
  /** Whether the server was running already. */
  adopted: boolean;
  /** Stops the server when no other process uses it. The last one of its users stops it, whichever started it. */
  stop(): Promise<void>;
};

/**
 * Starts PostgreSQL from an npm package, for machines with nothing but Node.js. It creates a cluster on first use, and
 * starts its server or adopts the running one. If its last user is killed, the server keeps running and the next call
 * adopts it.
 *
 * Several processes may call this for one directory at the same time. They share one server.
 *
 * PostgreSQL refuses to run as root, so for root it runs as the user `postgres`. Files that this user cannot reach are
 * kept in /var/lib/muster instead, which is logged.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  await mkdir(options.dataDir, { recursive: true });
  const path = join(await realpath(options.dataDir), 'postgres');
  const underLock = <T>(action: () => Promise<T>) => withLock(`${path}.lock`, options.log, action);
  const { share, server } = await underLock(async () => {
    const server = await start(path, options);
    return { server, share: takeShare(`${path}.users`) };
  });
  let isStopped = false;
  return {
    ...server,
    async stop() {
      if (isStopped) return;
      isStopped = true;
      await underLock(async () => {
        if (share.giveUp()) await server.stop();
      });
    },
  };
}

async function start(
  path: string,
  { log, settings = {} }: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const existing = await findCluster(path);
  const account = await serverAccount(existing?.data, log);
  const binaries = await reachableBinaries(account, log);
  const version = await serverVersion(binaries);
  const cluster = existing ?? (await createCluster(path, binaries, account, log));
  await checkVersion(cluster, version);

  const password = (await readFile(cluster.passwordFile, 'utf8')).trim();
  const running = await findRunningServer(cluster, password);
  const server = running ?? (await launchServer({ cluster, password, binaries, account, settings }));
  try {
    await ensureDatabase(databaseUrl({ ...server, password }, 'postgres'), DATABASE);
  } catch (error) {
    await server.stop();
    throw error;
  }
  log(
    `PostgreSQL ${version} ${running ? 'is already running' : 'started'} on 127.0.0.1:${server.port}, ` +
      `with its data in ${cluster.directory}.`,
  );
  return {
    url: databaseUrl({ ...server, password }, DATABASE),
    directory: cluster.directory,
    adopted: running !== undefined,
    stop: server.stop,
  };
}
