import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import type { Cluster } from './cluster.ts';
import { waitUntilAnswers } from './ready.ts';
import type { Account } from './run.ts';
import { spawnServer } from './serverProcess.ts';

/** A server that answers, whichever process started it. */
export type Server = { port: number; stop(): Promise<void> };

export type LaunchOptions = {
  cluster: Cluster;
  password: string;
  binaries: Binaries;
  account: Account | undefined;
  /** Further PostgreSQL settings by name. */
  settings: Record<string, string>;
};

/**
 * Errors that a retry resolves: another program has taken the port, or backends of a killed server are still ending.
 */
const TRANSIENT = /could not bind|pre-existing shared memory block/;
const ATTEMPTS = 40;

/** Starts the server of a stopped cluster on a free port, and waits until it answers. */
export async function launchServer(options: LaunchOptions): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launchOn(await freePort(), options);
    } catch (error) {
      if (attempt === ATTEMPTS || !TRANSIENT.test((error as Error).message)) throw error;
    }
    await setTimeout(250);
  }
}

async function launchOn(port: number, options: LaunchOptions): Promise<Server> {
  const { cluster, password, binaries, account } = options;
  const settings = {
    ...options.settings,
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '', // A socket's path may be too long, or its directory not writable.
  };
  const started = await spawnServer(binaries, cluster, settings, account);
  try {
    const isAlive = () => started.ending() === undefined;
    if ((await waitUntilAnswers(cluster, password, started.pid, isAlive)) === undefined) {
      throw new Error(`it ended with ${started.ending()}`);
    }
    return { port, stop: started.stop };
  } catch (error) {
    await started.stop();
    throw new Error(
      `The PostgreSQL server in ${cluster.directory} did not start: ${(error as Error).message}\n` +
        (await started.logTail()),
      { cause: error },
    );
  }
}

/** Returns a port that is free at this moment. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
