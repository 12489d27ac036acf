import { execFile, spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';

/** A user of the operating system, to run a program as. */
export type Account = { name: string; uid: number; gid: number };

/**
 * How every program here is started, as `account` or, without one, as ourselves. Nothing of our own surroundings
 * goes along: neither the environment, whose secrets have no place in a server that may outlive us, nor the
 * language of messages, nor the working directory, which another account may be unable to enter.
 */
export function spawnOptions(account: Account | undefined) {
  return {
    cwd: '/',
    env: { LC_ALL: 'C', PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    ...(account && { uid: account.uid, gid: account.gid }),
  };
}

/** Runs a program to its end and answers what it wrote; throws with its complaint when it fails. */
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
 * Whether a condition of test(1) holds for `path` in the eyes of `account`. Asking as that account is the only
 * answer that takes every parent directory, access-control list and mount option into account.
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
