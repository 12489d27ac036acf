import { setTimeout as sleep } from 'node:timers/promises';
import { readFigures } from '../../test/support/metrics.ts';
import { type MusterProcess, startServer } from '../../test/support/process.ts';

export type Memory = { rss: number; heap: number };

const COLLECTIONS = 3;
const PAUSE_MS = 200;

/** A server whose garbage can be collected. */
export function startCollectableServer(databaseUrl: string): Promise<MusterProcess> {
  const NODE_OPTIONS = `--import ${new URL('./collectable.ts', import.meta.url).href}`;
  return startServer({ DATABASE_URL: databaseUrl, NODE_OPTIONS });
}

/** What the server needs once its garbage is collected, in bytes. */
export async function memoryOf({ process, url }: MusterProcess): Promise<Memory> {
  // What one collection frees may hold on to more, for finalizers.
  for (let count = 0; count < COLLECTIONS; count += 1) {
    process.kill('SIGUSR2');
    await sleep(PAUSE_MS);
  }
  const figure = await readFigures(url);
  return { rss: figure('process_resident_memory_bytes'), heap: figure('nodejs_heap_size_used_bytes') };
}
