/** The memory of server processes once their garbage is collected. */
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** In bytes: all that the process holds, and what JavaScript's heap uses of it. */
export type Memory = { rss: number; heap: number };

const COLLECTIONS = 3;
const PAUSE_MS = 200;
const POLL_MS = 20;

const folder = mkdtempSync(join(tmpdir(), 'muster-bench-memory-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** The environment of a process whose memory can be read. */
export const COLLECTABLE = {
  NODE_OPTIONS: `--import ${new URL('./collectable.ts', import.meta.url).href}`,
  BENCH_MEMORY_FOLDER: folder,
};

/** Reads the memory of a process that was started with `COLLECTABLE`. */
export async function memoryOf(pid: number): Promise<Memory> {
  // What one collection frees may hold on to more, for finalizers.
  for (let count = 1; count < COLLECTIONS; count += 1) {
    await collect(pid);
    await sleep(PAUSE_MS);
  }
  return await collect(pid);
}

async function collect(pid: number): Promise<Memory> {
  const note = join(folder, String(pid));
  await rm(note, { force: true });
  process.kill(pid, 'SIGUSR2');
  for (;;) {
    const text = await readFile(note, 'utf8').catch(() => undefined);
    if (text !== undefined) {
      const { rss, heapUsed } = JSON.parse(text) as NodeJS.MemoryUsage;
      return { rss, heap: heapUsed };
    }
    await sleep(POLL_MS);
  }
}
