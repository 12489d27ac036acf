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
  await chmod(dataDir, 0o755); // for the user that PostgreSQL runs as when we are root
  messages = [];
  children = [];
});

/** Clears everything away, whatever a failed test has left. */
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  const directory = await realpath(join(dataDir, 'postgres')).catch(() => undefined);
  if (directory) {
    await killServer().catch(() => {}); // as a rule there is none
    await rm(directory, { recursive: true, maxRetries: 10 });
    if (dirname(directory) === RELOCATED) await rmdir(RELOCATED).catch(() => {}); // unless others use it
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

/** Starts in a process of its own, which tells what it does in lines of JSON, and stops when its input ends. */
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

  /** The first line that has something under `key`. */
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

  it('opens to nobody without the password, which nobody else can read', async () => {
    const server = await start();

    const withoutPassword = new URL(server.url);
    withoutPassword.password = 'guess';
    await expect(query(withoutPassword.href, 'SELECT')).rejects.toMatchObject({ code: '28P01' });
    const { mode, uid } = await stat(join(server.directory, 'password'));
    expect({ mode: mode & 0o777, uid }).toEqual({ mode: 0o600, uid: process.getuid?.() });
    await server.stop();
  });

  it('keeps the data over a stop and a start', async () => {
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

  it('adopts the server that runs, and leaves it to whoever started it', async () => {
    const first = await start();
    const second = await start();
    expect(second).toMatchObject({ adopted: true, url: first.url, directory: first.directory });

    await second.stop();
    expect(await query(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await first.stop();
  });

  it('brings up one server for two processes that start at the same moment', async () => {
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

  it('adopts a server whose starter was killed, and replaces one that was killed itself', async () => {
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
    await replaced.stop();
  });

  it('does not take a process that has got the id of a dead server for that server', async () => {
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

  it('is not led astray by a pid file that a crash cut off', async () => {
    await (await start()).stop();
    await writeFile(pidFile(), '');

    await (await start()).stop();
  });

  it('starts over when the creation of the cluster was interrupted', async () => {
    const starter = spawnStarter();
    expect(await starter.told('log')).toContain('Creating');
    await starter.kill();

    await (await start()).stop();
    expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.lock']);
  });

  it('refuses a cluster of another major version, and leaves it as it is', async () => {
    const { directory, stop } = await start();
    await stop();
    const version = join(directory, 'data/PG_VERSION');
    await writeFile(version, '9\n');

    await expect(start()).rejects.toThrow(/made by PostgreSQL 9; .* cannot read it/);
    expect(await readFile(version, 'utf8')).toBe('9\n');
  });

  it('refuses a directory that is something else', async () => {
    await writeFile(join(dataDir, 'postgres'), 'mine');
    await expect(start()).rejects.toThrow('is not a database that Muster made');
    expect(await readFile(join(dataDir, 'postgres'), 'utf8')).toBe('mine');
  });

  it('tells what the server logged when it does not start', async () => {
    await expect(start({ no_such_setting: 'on' })).rejects.toThrow(
      'unrecognized configuration parameter "no_such_setting"',
    );
    await expect(readFile(pidFile())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.runIf(isRoot)('moves the data to where the server can reach it, and says so', async () => {
    await rm(dataDir, { recursive: true });
    dataDir = await mkdtemp('/root/muster-embedded-');
    const first = await start();
    expect(dirname(first.directory)).toBe(RELOCATED);
    expect(messages).toContainEqual(
      expect.stringContaining(`creating a PostgreSQL cluster in ${first.directory}`),
    );
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();

    const second = await start();
    expect(second.directory).toBe(first.directory);
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });
});
