/** The thread in which `readOrgSource` reads one source. */
import { parentPort, workerData } from 'node:worker_threads';
import { InvalidOrgSourceError } from '../../errors/errors.ts';
import { parseOrgSource } from './parseOrgSource.ts';
import type { ReadingOutcome, ReadingTask } from './readOrgSource.ts';

parentPort?.postMessage(outcomeOf(workerData));

function outcomeOf({ source, root }: ReadingTask): ReadingOutcome {
  try {
    return { document: parseOrgSource(source, root) };
  } catch (error) {
    // An error loses its class when it is posted to another thread.
    if (error instanceof InvalidOrgSourceError) return { issues: error.issues };
    throw error;
  }
}
