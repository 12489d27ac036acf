/** A server process under attack, with limits for the effect on the server and its other tenants. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { createDatabase } from '../database.ts';
import { createPersonIn } from '../person.ts';
import type { Reading } from './probe.ts';

export type Target = AsyncDisposable & {
  url: string;
  databaseUrl: string;
  /** The token of the attacker, an ordinary user. */
  token: string;
  /** Runs the attack. Fails when the server exceeds a limit. */
  withstands(attack: () => Promise<void>): Promise<void>;
};

/*
 * Milliseconds are CPU time of the server's thread: on a machine that is busy with other tests, wall-clock time says
 * nothing about the attack.
 */

/** The longest time that one task may hold the event loop, on a machine that takes `SAMPLE_MS` for the sample. */
const MAX_BLOCKED_MS = 250;
const MAX_ADDED_BYTES = 200 * 1024 * 1024;
/** The most work of the server between the start and the end of another tenant's small query. */
const MAX_QUERY_MS = 1_000;
const BEFORE_MS = 1_000;
/** A slower machine takes longer for everything: the limits grow with what it takes for the sample. */
const SAMPLE_MS = 28;
const SAMPLES = 5;
const READY_CHECK_MS = 100;

/** How many times as long as the machine of the limits this one takes, now. */
function slowness(): number {
  const text = JSON.stringify(Array.from({ length: 200_000 }, (_, n) => [n, String(n)]));
  const times = Array.from({ length: SAMPLES }, () => {
    const before = process.threadCpuUsage();
    JSON.parse(text);
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1_000;
  });
  const [median = 0] = times.toSorted((a, b) => a - b).slice(SAMPLES / 2);
  return Math.max(1, median / SAMPLE_MS);
}

export async function startTarget(): Promise<Target> {
  const database = await createDatabase();
  const { token } = await createPersonIn(database.url);
  const { token: bystander } = await createPersonIn(database.url);
  const server = spawn(
    process.execPath,
    ['--import', new URL('probe.ts', import.meta.url).href, pathOf('../../../src/main.ts'), 'serve'],
    {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? '/',
        HOST: '127.0.0.1',
        PORT: '0',
        DATABASE_URL: database.url,
        MUSTER_SCM: 'demo',
      },
    },
  );
  const url = await servingAt(server);
  await untilReady(url);

  async function read(message: 'read' | 'reset'): Promise<Reading> {
    const answer = once(server, 'message');
    server.send(message);
    const [reading] = await answer;
    return reading as Reading;
  }

  /** Repeats another tenant's query until the attack ends. @returns the most work of the server during one query. */
  async function queryUntil(done: Promise<void>): Promise<number> {
    let isDone = false;
    void done.finally(() => {
      isDone = true;
    });
    let slowest = 0;
    while (!isDone) {
      const { busyMs: before } = await read('read');
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${bystander}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ viewer { name } }' }),
      });
      expect(await response.json()).toEqual({ data: { viewer: { name: 'Ann' } } });
      slowest = Math.max(slowest, (await read('read')).busyMs - before);
    }
    return slowest;
  }

  return {
    url,
    databaseUrl: database.url,
    token,
    async withstands(attack) {
      // Compiles the code of the first requests and opens their connections, too.
      await queryUntil(sleep(BEFORE_MS));
      await read('reset');
      const { peakBytes: bytesBefore } = await read('reset');
      const factor = slowness();
      const attacking = attack();
      const slowestMs = await queryUntil(attacking);
      await attacking;
      const { blockedMs, peakBytes } = await read('read');
      expect
        .soft(blockedMs, 'milliseconds that one task held the event loop')
        .toBeLessThan(MAX_BLOCKED_MS * factor);
      expect.soft(peakBytes - bytesBefore, 'bytes of memory added').toBeLessThan(MAX_ADDED_BYTES);
      expect
        .soft(slowestMs, "milliseconds of work during another tenant's query")
        .toBeLessThan(MAX_QUERY_MS * factor);
    },
    async [Symbol.asyncDispose]() {
      if (server.exitCode === null && server.signalCode === null) {
        server.kill();
        await once(server, 'exit');
      }
      await database.drop();
    },
  };
}

function pathOf(relative: string): string {
  return new URL(relative, import.meta.url).pathname;
}

/** The server listens before its database has answered. Its own readiness changes once a second. */
async function untilReady(url: string): Promise<void> {
  while (!(await fetch(`${url}/readyz`)).ok) await sleep(READY_CHECK_MS);
}

async function servingAt(server: ChildProcess): Promise<string> {
  if (!server.stdout) throw new Error('The server has no output to read.');
  for await (const line of createInterface({ input: server.stdout })) {
    const { msg, url } = JSON.parse(line) as { msg: string; url: string };
    if (msg !== 'serving') continue;
    // The output must still be read, or the pipe fills and the server blocks.
    server.stdout.resume();
    return url;
  }
  throw new Error('The server ended before it served.');
}
