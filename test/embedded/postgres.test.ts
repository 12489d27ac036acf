import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, realpath, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/embedded/postgres.ts';

const isRoot = process.getuid?.() === 0;
const RELOCATED = '/var/lib/muster';

let dataDir: string;
let messages: string[];
let children: ChildProcess[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'muster-embedded-'));
  await chmod(dataDir, 0o755); // for PostgreSQL's user when the test runs as root
  messages = [];
  children = [];
});

/** Removes everything, including the leftovers of a failed test. */
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  const directory = await realpath(join(dataDir, 'postgres')).catch(() => undefined);
  if (directory) {
    await killServer().catch(() => {}); // usually there is none
    await rm(directory, { recursive: true, maxRetries: 10 });
    if (dirname(directory) === RELOCATED) await rmdir(RELOCATED).catch(() => {}); // fails if others use it
  }
  await rm(dataDir, { recursive: true, maxRetries: 10 });
});

function start(settings: Record<string, string> = { fsync: 'off' }): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir, log: (message) => messages.push(message), settings });
}

const pidFile = () => join(dataDir, 'postgres/data/postmaster.pid');

async function serverPid(): Promise<number> {
  return Number.parseInt(await readFile(pidFile(), 'utf8'), 10);
}

async function killServer(): Promise<void> {
  process.kill(await serverPid(), 'SIGKILL');
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Starts PostgreSQL in another process, which prints lines of JSON and stops when its input ends. */
const STARTER = `
  const { startEmbeddedPostgres } = await import(${JSON.stringify(
    new URL('../../src/embedded/postgres.ts', import.meta.url).href,
  )});
  const tell = (line) => process.stdout.write(JSON.stringify(line) + '\\n');
  const server = await startEmbeddedPostgres({ dataDir: process.argv[1], log: (log) => tell({ log }) });
  tell({ server });
  for await (const _ of process.stdin);
  await server.stop();
`;

function spawnStarter() {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', STARTER, dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const exit = once(child, 'exit');
  const lines = createInterface(child.stdout);

  /** The first line with this key. */
  async function told<T>(key: string): Promise<T> {
    for await (const line of lines) {
      const message = JSON.parse(line) as Record<string, T>;
      if (message[key] !== undefined) return message[key];
    }
    throw new Error(`It ended without telling a ${key}.`);
  }
  return {
    told,
    async kill(): Promise<void> {
      child.kill('SIGKILL');
      await exit;
    },
    async finish(): Promise<void> {
      child.stdin.end();
      expect(await exit).toEqual([0, null]);
    },
  };
}

describe('startEmbeddedPostgres', () => {
  it('creates a cluster and the database on first start', async () => {
    const server = await start({ work_mem: '7MB' });

    expect(server.adopted).toBe(false);
    expect(server.directory).toBe(await realpath(join(dataDir, 'postgres')));
    expect(
      await query(
        server.url,
        `SELECT current_database(), current_setting('server_encoding') AS encoding, upper('é') AS upper,
                current_setting('listen_addresses') AS listens, current_setting('work_mem') AS work_mem`,
      ),
    ).toEqual([
      { current_database: 'muster', encoding: 'UTF8', upper: 'É', listens: '127.0.0.1', work_mem: '7MB' },
    ]);
    await server.stop();
  });

  it('refuses connections without the password, which other users cannot read', async () => {
    const server = await start();

    const withoutPassword = new URL(server.url);
    withoutPassword.password = 'guess';
    await expect(query(withoutPassword.href, 'SELECT')).rejects.toMatchObject({ code: '28P01' });
    const { mode, uid } = await stat(join(server.directory, 'password'));
    expect({ mode: mode & 0o777, uid }).toEqual({ mode: 0o600, uid: process.getuid?.() });
    await server.stop();
  });

  it('keeps the data across a restart', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    await first.stop();
    await expect(readFile(pidFile())).rejects.toMatchObject({ code: 'ENOENT' });

    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });

  it('adopts a running server, which its last user stops, whichever started it', async () => {
    const first = await start();
    const starter = spawnStarter();
    const second = await starter.told<EmbeddedPostgres>('server');
    expect(second).toMatchObject({ adopted: true, url: first.url, directory: first.directory });

    await first.stop();
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await starter.finish();
    await expect(readFile(pidFile())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('stops an adopted server when its other users were killed', async () => {
    const starter = spawnStarter();
    await starter.told<EmbeddedPostgres>('server');
    const adopted = await start();
    await starter.kill();
    await adopted.stop();
    await expect(readFile(pidFile())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('starts one server for two concurrent processes', async () => {
    const starters = [spawnStarter(), spawnStarter()];
    const servers = await Promise.all(starters.map((starter) => starter.told<EmbeddedPostgres>('server')));

    expect(servers.map(({ adopted }) => adopted).sort()).toEqual([false, true]);
    const identities = await Promise.all(
      servers.map(({ url }) =>
        query(url, 'SELECT pg_postmaster_start_time(), system_identifier FROM pg_control_system()'),
      ),
    );
    expect(identities[0]).toEqual(identities[1]);
    await Promise.all(starters.map((starter) => starter.finish()));
    await expect(readFile(pidFile())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('adopts a server whose parent was killed, and replaces a killed server', async () => {
    const starter = spawnStarter();
    const orphaned = await starter.told<EmbeddedPostgres>('server');
    await starter.kill();
    const adopted = await start();
    expect(adopted).toMatchObject({ adopted: true, url: orphaned.url });

    const witness = new Client({ connectionString: adopted.url });
    witness.on('error', () => {});
    await witness.connect();
    const disconnected = new Promise((resolve) => witness.once('end', resolve));
    await killServer();
    await disconnected;

    const replaced = await start();
    expect(replaced.adopted).toBe(false);
    expect(await query(replaced.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await adopted.stop();
    await replaced.stop();
    await expect(readFile(pidFile())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('does not mistake another process with the id of a dead server for the server', async () => {
    const first = await start();
    const written = await readFile(pidFile(), 'utf8');
    await first.stop();
    const bystander = spawn(process.execPath, ['--eval', 'process.stdin.resume()']);
    children.push(bystander);
    await writeFile(pidFile(), written.replace(/^\d+/, String(bystander.pid)));

    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await serverPid()).not.toBe(bystander.pid);
    await second.stop();
  });

  it('ignores a pid file that a crash has truncated', async () => {
    await (await start()).stop();
    await writeFile(pidFile(), '');

    await (await start()).stop();
  });

  it('creates the cluster again after an interrupted creation', async () => {
    const starter = spawnStarter();
    expect(await starter.told('log')).toContain('Creating');
    await starter.kill();

    await (await start()).stop();
    expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.lock', 'postgres.users']);
  });

  it('refuses a cluster of another major version without changing it', async () => {
    const { directory, stop } = await start();
    await stop();
    const version = join(directory, 'data/PG_VERSION');
    await writeFile(version, '9\n');

    await expect(start()).rejects.toThrow(/created by PostgreSQL 9, .* cannot read it/);
    expect(await readFile(version, 'utf8')).toBe('9\n');
  });

  it('refuses a directory that is not a cluster', async () => {
    await writeFile(join(dataDir, 'postgres'), 'mine');
    await expect(start()).rejects.toThrow('is not a database that Muster created');
    expect(await readFile(join(dataDir, 'postgres'), 'utf8')).toBe('mine');
  });

  it('includes the server log in the error when the server does not start', async () => {
    await expect(start({ no_such_setting: 'on' })).rejects.toThrow(
      'unrecognized configuration parameter "no_such_setting"',
    );
    await expect(readFile(pidFile())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.runIf(isRoot)("keeps the data where PostgreSQL's user can reach it, and logs it", async () => {
    await rm(dataDir, { recursive: true });
    dataDir = await mkdtemp('/root/muster-embedded-');
    const first = await start();
    expect(dirname(first.directory)).toBe(RELOCATED);
    expect(messages).toContainEqual(
      expect.stringContaining(`Creating a PostgreSQL cluster in ${first.directory}`),
    );
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();

    const second = await start();
    expect(second.directory).toBe(first.directory);
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });
});
