import { mkdir } from 'node:fs/promises';
import type { Config } from '../config/config.ts';
import { CommandError } from './commandError.ts';

const FAULTS: Record<string, string> = {
  EEXIST: 'is a file; expected a directory.',
  ENOTDIR: 'lies below a file; expected a directory.',
  EACCES: 'cannot be created: this user has no right to.',
  EROFS: 'cannot be created: its file system is read-only.',
};

/** Creates the data directory when it is missing. @throws CommandError when that cannot be */
export async function makeDataDir({ dataDir }: Pick<Config, 'dataDir'>): Promise<void> {
  await mkdir(dataDir, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    const fault = FAULTS[error.code ?? ''] ?? `cannot be created: ${error.message}`;
    throw new CommandError(`MUSTER_DATA_DIR ${dataDir} ${fault}`, { cause: error });
  });
}
