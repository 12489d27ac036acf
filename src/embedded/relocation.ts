import { chmod, mkdir, realpath } from 'node:fs/promises';

const DIRECTORY = '/var/lib/muster';

/**
 * Where things go that root has in a place which PostgreSQL's account cannot reach, such as a clone in /root.
 * The mode is set whatever the umask says: letting others in is the point of this directory.
 */
export async function relocationDirectory(): Promise<string> {
  await mkdir(DIRECTORY, { recursive: true });
  await chmod(DIRECTORY, 0o755);
  return realpath(DIRECTORY);
}
