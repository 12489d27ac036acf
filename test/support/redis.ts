/** A Redis for the suite: the one that REDIS_URL names, or a new `redis-server` if the machine has one. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';

export type RunningRedis = {
  url: string;
  stop(): Promise<void>;
};

/** Whether a test can start and kill its own Redis. */
export function hasRedisServer(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

/** Undefined when REDIS_URL is not set and no `redis-server` is on PATH. */
export async function findRedis(): Promise<RunningRedis | undefined> {
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL, stop: async () => {} };
  return await startRedis();
}

/** Starts a `redis-server` without persistence; undefined when the machine has none. */
export async function startRedis(port?: number): Promise<RunningRedis | undefined> {
  const chosen = port ?? (await freePort());
  const server = spawn(
    'redis-server',
    [
      '--port',
      String(chosen),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--daemonize',
      'no',
    ],
    { stdio: ['ignore', 'pipe', 'ignore'], cwd: '/' },
  );
  const isThere = await new Promise<boolean>((resolve) => {
    server.once('spawn', () => resolve(true));
    server.once('error', () => resolve(false));
  });
  if (!isThere) return undefined;
  await ready(server);
  return {
    url: `redis://127.0.0.1:${chosen}`,
    async stop() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      server.kill('SIGKILL');
      await once(server, 'exit');
    },
  };
}

async function ready(server: ChildProcess): Promise<void> {
  if (!server.stdout) throw new Error('redis-server has no output to read');
  const lines = createInterface({ input: server.stdout });
  for await (const line of lines) {
    if (line.includes('Ready to accept connections')) {
      // The output must still be read, or the pipe fills and the server blocks.
      server.stdout.resume();
      return;
    }
  }
  throw new Error('redis-server ended before it was ready');
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
