/** One run of a program: its input given, its output kept, its time limited, and nothing of it left when it is over time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { RuntimeError } from '../services/port/runtime.ts';
import { createTail } from './output.ts';

export type ProgramRun = {
  program: string;
  verb: string;
  /** Goes to its standard input as JSON. */
  input: object;
  environment: Readonly<Record<string, string>>;
  timeoutMs: number;
  /** Ends the run early. */
  signal?: AbortSignal;
  /** Part of the input, and not to be part of the output. */
  secret?: string;
};

export type Ended = {
  /** Null when a signal ended it. */
  code: number | null;
  killedBy: NodeJS.Signals | null;
  stdout: string;
  /** Both streams, as they came. */
  output: string;
};

/** Between asking to end and making it. */
const KILL_AFTER_MS = 5_000;
/** How long a stream may stay open when the program is gone: something it left behind may hold on to it for ever. */
const DRAIN_MS = 500;

/**
 * Runs a program to its end, without a shell.
 *
 * It leads a process group of its own: what the terminal sends to ours passes it by, and when its time is over, those
 * that it started end with it.
 *
 * @throws RuntimeError when it cannot be run, or was ended by us.
 */
export async function runProgram(run: ProgramRun): Promise<Ended> {
  const { program, verb, input, environment, timeoutMs, signal } = run;
  if (signal?.aborted) throw new RuntimeError(`${verb} was given up before it began.`);
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
  // A program need not read what it is given.
  child.stdin.on('error', () => {});
  child.stdin.end(`${JSON.stringify(input)}\n`);

  const limit = new AbortController();
  const expiry = setTimeout(() => limit.abort(), timeoutMs);
  const given = signal ? AbortSignal.any([limit.signal, signal]) : limit.signal;
  let kill: NodeJS.Timeout | undefined;
  const end = (): void => {
    signalGroup(child, 'SIGTERM');
    kill = setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_AFTER_MS);
  };
  given.addEventListener('abort', end, { once: true });

  try {
    const { code, killedBy } = await exited(child);
    await drained(child);
    if (limit.signal.aborted) {
      throw new RuntimeError(`${verb} took longer than ${timeoutMs / 1000} s.`, output.text());
    }
    if (signal?.aborted) throw new RuntimeError(`${verb} was given up.`, output.text());
    return { code, killedBy, stdout: stdout.text(), output: output.text() };
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    throw new RuntimeError(`${program} cannot be run: ${(error as Error).message}`);
  } finally {
    clearTimeout(expiry);
    clearTimeout(kill);
    given.removeEventListener('abort', end);
    // Whoever did not end with the one that was asked to.
    if (given.aborted) signalGroup(child, 'SIGKILL');
  }
}

type Exit = Pick<Ended, 'code' | 'killedBy'>;

function exited(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code, killedBy) => resolve({ code, killedBy }));
    child.once('error', reject);
  });
}

/** Until all of its output is here. */
async function drained(child: ChildProcess): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once('close', () => resolve());
  const patience = setTimeout(resolve, DRAIN_MS);
  if ([child.stdout, child.stderr].every((stream) => stream?.closed)) resolve();
  await promise;
  clearTimeout(patience);
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // There is nobody left.
  }
}
