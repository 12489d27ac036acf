import { execFile, spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';

/** A user of the operating system. */
export type Account = { name: string; uid: number; gid: number };

/**
 * Options to start a program as `account`, or as the current user without one. The program inherits neither the
 * environment, whose secrets must not pass to a server that may outlive this process, nor the locale, nor the working
 * directory, which the account may be unable to enter.
 */
export function spawnOptions(account: Account | undefined) {
  return {
    cwd: '/',
    env: { LC_ALL: 'C', PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    ...(account && { uid: account.uid, gid: account.gid }),
  };
}

/** Runs a program and returns its standard output. If it fails, the error has its standard error. */
export async function run(program: string, args: string[], account?: Account): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, args, spawnOptions(account));
    return stdout;
  } catch (error) {
    const { message, stderr } = error as Error & { stderr?: string };
    throw new Error(`${basename(program)} failed: ${stderr?.trim() || message.trim()}`, { cause: error });
  }
}

/**
 * Whether a condition of test(1) holds for `path` when `account` evaluates it. Only running it as that account takes
 * every parent directory, access-control list and mount option into consideration.
 */
export function testAs(account: Account, condition: string, path: string): boolean {
  const { status, error } = spawnSync(
    '/bin/sh',
    ['-c', `test ${condition} "$0"`, path],
    spawnOptions(account),
  );
  if (error) {
    throw new Error(`Cannot run programs as the user ${account.name}: ${error.message}`, { cause: error });
  }
  return status === 0;
}
