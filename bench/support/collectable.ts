/** Loaded into a server process: a signal collects its garbage and notes its memory, so that it can be compared. */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
const note = join(process.env.BENCH_MEMORY_FOLDER ?? '', String(process.pid));

process.on('SIGUSR2', () => {
  collect();
  // Renamed, so that its reader finds all of it.
  writeFileSync(`${note}.part`, JSON.stringify(process.memoryUsage()));
  renameSync(`${note}.part`, note);
});
