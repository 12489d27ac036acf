/** The server as a process of its own, started by the command line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export type MusterProcess = {
  url: string;
  process: ChildProcess;
  /** Sends a signal and waits for the exit. */
  stop(signal?: NodeJS.Signals): Promise<void>;
};

/** Starts `muster serve` and waits until it logs its URL. */
export async function startServer(
  env: Record<string, string>,
  options: string[] = [],
): Promise<MusterProcess> {
  const child = run(['serve', ...options], { HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'info', ...env });
  const errors: string[] = [];
  child.stderr?.on('data', (chunk) => errors.push(String(chunk)));
  for await (const line of createInterface({ input: required(child.stdout) })) {
    const { msg, url } = JSON.parse(line) as { msg: string; url: string };
    if (msg !== 'serving') continue;
    // The output must still be read, or the pipe fills and the server blocks.
    child.stdout?.resume();
    return { url, process: child, stop: (signal = 'SIGTERM') => stop(child, signal) };
  }
  throw new Error(`muster serve ended before it served: ${errors.join('')}`);
}

/** Starts any command of `muster` with only the given environment. */
export function run(
  args: string[],
  env: Record<string, string>,
  cwd?: string,
  program = new URL('../../src/main.ts', import.meta.url).pathname,
): ChildProcess {
  return spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', ...env },
  });
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

function required<Value>(value: Value | null): Value {
  if (value === null) throw new Error('The process has no output to read.');
  return value;
}
