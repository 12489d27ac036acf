/** A standby of an embedded PostgreSQL, made with what PostgreSQL itself offers: the embedded one lacks pg_basebackup. */
import { chmod, chown, copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serverAccount } from '../../src/embedded/account.ts';
import { databaseUrl, withClient } from '../../src/embedded/client.ts';
import { clusterIn } from '../../src/embedded/cluster.ts';
import type { EmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { reachableBinaries } from '../../src/embedded/reachableBinaries.ts';
import type { Account } from '../../src/embedded/run.ts';
import { launchServer } from '../../src/embedded/server.ts';
import { until } from './feed.ts';

export type Standby = {
  /** The URL of the same database as that of the primary. */
  url: string;
  /** Resolves when the standby has replayed all that the primary has written so far. */
  caughtUp(): Promise<void>;
  /** Makes it a primary, on its own timeline. */
  promote(): Promise<void>;
  stop(): Promise<void>;
};

/** Files of the running server, or files that a server creates. Directories are copied empty. */
const NOT_COPIED =
  /^(postmaster\.(pid|opts)|(pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)\/.*)$/;

/** @param link the address at which the standby finds the primary: the primary itself or a proxy before it. */
export async function startStandby(primary: EmbeddedPostgres, link: string): Promise<Standby> {
  const from = clusterIn(primary.directory);
  const cluster = clusterIn(`${primary.directory}-standby`);
  const log = () => {};
  const account = await serverAccount(from.data, log);
  const binaries = await reachableBinaries(account, log);

  await mkdir(cluster.directory, { mode: 0o711 });
  await copyFile(from.passwordFile, cluster.passwordFile);
  await copyData(primary.url, from.data, cluster.data);
  await writeFile(join(cluster.data, 'standby.signal'), '');
  if (account) await give(cluster.data, account);
  await chmod(cluster.data, 0o700);

  const password = (await readFile(cluster.passwordFile, 'utf8')).trim();
  const { hostname, port } = new URL(link);
  const server = await launchServer({
    cluster,
    password,
    binaries,
    account,
    settings: {
      primary_conninfo: `host=${hostname} port=${port} user=postgres password=${password}`,
      // Otherwise it would retry only after 5 seconds when the network is back.
      wal_retrieve_retry_interval: '100ms',
    },
  });
  const url = databaseUrl({ port: server.port, password }, new URL(primary.url).pathname.slice(1));
  const ask = async (at: string, sql: string, values: unknown[] = []): Promise<unknown> =>
    await withClient(at, async (client) => Object.values((await client.query(sql, values)).rows[0])[0]);

  return {
    url,
    async caughtUp() {
      const written = await ask(primary.url, 'SELECT pg_current_wal_flush_lsn()');
      await until(async () => (await ask(url, 'SELECT pg_last_wal_replay_lsn() >= $1', [written])) === true);
    },
    async promote() {
      if ((await ask(url, 'SELECT pg_promote()')) !== true) throw new Error('The standby was not promoted.');
    },
    async stop() {
      await server.stop();
      await rm(cluster.directory, { recursive: true, force: true });
    },
  };
}

/** A base backup, by the functions that pg_basebackup calls. Replay repairs pages that were copied during a write. */
async function copyData(url: string, from: string, to: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(`SELECT pg_backup_start('standby', fast => true)`);
    await cp(from, to, {
      recursive: true,
      filter: (source) => !NOT_COPIED.test(source.slice(from.length + 1)),
    });
    const { rows } = await client.query('SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)');
    await writeFile(join(to, 'backup_label'), rows[0].labelfile);
  });
}

async function give(directory: string, { uid, gid }: Account): Promise<void> {
  await chown(directory, uid, gid);
  for (const path of await readdir(directory, { recursive: true }))
    await chown(join(directory, path), uid, gid);
}
