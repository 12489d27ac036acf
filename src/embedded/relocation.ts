import { chmod, mkdir, realpath } from 'node:fs/promises';

const DIRECTORY = '/var/lib/muster';

/**
 * The directory for files that PostgreSQL's account could not reach in their usual place, such as a clone in /root. The
 * mode is set explicitly, because a strict umask would lock that account out.
 */
export async function relocationDirectory(): Promise<string> {
  await mkdir(DIRECTORY, { recursive: true });
  await chmod(DIRECTORY, 0o755);
  return realpath(DIRECTORY);
}
