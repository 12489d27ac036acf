import { tail } from './files.ts';

/** Disconnects the clients and shuts the server down, as `pg_ctl stop` requests it. */
export const FAST_SHUTDOWN = 'SIGINT';
export const STOP_TIMEOUT_MS = 60_000;

export async function describeUnstopped(directory: string, logFile: string, logStart = 0): Promise<string> {
  return (
    `The PostgreSQL server in ${directory} did not stop within ${STOP_TIMEOUT_MS / 1000} seconds.\n` +
    (await tail(logFile, logStart))
  );
}
