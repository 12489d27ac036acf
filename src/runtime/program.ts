/** Runs a program with an input and a time limit, and kills its process group when the time is up. */
import { type ChildProcess, spawn } from 'node:child_process';
import { RuntimeError } from '../services/port/runtime.ts';
import { createTail } from './output.ts';

export type ProgramRun = {
  program: string;
  verb: string;
  /** Written to its standard input as JSON. */
  input: object;
  environment: Readonly<Record<string, string>>;
  timeoutMs: number;
  /** Aborts the run. */
  signal?: AbortSignal;
  /** A part of the input that is redacted in the output. */
  secret?: string;
};

export type ProgramResult = {
  /** Null when a signal ended the program. */
  code: number | null;
  killedBy: NodeJS.Signals | null;
  stdout: string;
  /** Both streams, interleaved as they arrived. */
  output: string;
};

/** The time between SIGTERM and SIGKILL. */
const KILL_AFTER_MS = 5_000;
/** How long a stream may stay open after the program has ended. A child process may keep it open for ever. */
const DRAIN_MS = 500;

/**
 * Runs a program without a shell, and waits for its end.
 *
 * The program leads its own process group. Signals of the terminal do not reach it, and a timeout ends its children too.
 *
 * @throws {RuntimeError} when the program cannot be run, takes too long or is aborted.
 */
export async function runProgram(run: ProgramRun): Promise<ProgramResult> {
  const { program, verb, input, environment, timeoutMs, signal } = run;
  if (signal?.aborted) throw new RuntimeError(`${verb} was aborted before it started.`);
  const stdout = createTail(run.secret);
  const output = createTail(run.secret);
  const child = spawn(program, [verb], {
    detached: true,
    env: { ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdout.on('data', (chunk: Buffer) => {
    stdout.add(chunk);
    output.add(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => output.add(chunk));
  // A program that does not read its input breaks the pipe, which is not an error.
  child.stdin.on('error', () => {});
  child.stdin.end(`${JSON.stringify(input)}\n`);

  const limit = new AbortController();
  const expiry = setTimeout(() => limit.abort(), timeoutMs);
  const stopped = signal ? AbortSignal.any([limit.signal, signal]) : limit.signal;
  let kill: NodeJS.Timeout | undefined;
  const end = (): void => {
    signalGroup(child, 'SIGTERM');
    kill = setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_AFTER_MS);
  };
  stopped.addEventListener('abort', end, { once: true });

  try {
    const { code, killedBy } = await exited(child);
    await drained(child);
    if (limit.signal.aborted) {
      throw new RuntimeError(`${verb} took longer than ${timeoutMs / 1000} s.`, output.text());
    }
    if (signal?.aborted) throw new RuntimeError(`${verb} was aborted.`, output.text());
    return { code, killedBy, stdout: stdout.text(), output: output.text() };
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    throw new RuntimeError(`${program} cannot be run: ${(error as Error).message}`);
  } finally {
    clearTimeout(expiry);
    clearTimeout(kill);
    stopped.removeEventListener('abort', end);
    // Children may have survived the SIGTERM.
    if (stopped.aborted) signalGroup(child, 'SIGKILL');
  }
}

type Exit = Pick<ProgramResult, 'code' | 'killedBy'>;

function exited(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code, killedBy) => resolve({ code, killedBy }));
    child.once('error', reject);
  });
}

/** Waits until all output has arrived. */
async function drained(child: ChildProcess): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once('close', () => resolve());
  const timeout = setTimeout(resolve, DRAIN_MS);
  if ([child.stdout, child.stderr].every((stream) => stream?.closed)) resolve();
  await promise;
  clearTimeout(timeout);
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended.
  }
}
