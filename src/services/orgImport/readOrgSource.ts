import { Worker } from 'node:worker_threads';
import { InvalidOrgSourceError, type OrgSourceIssue } from '../../errors.ts';
import { createLimiter } from '../../limiter.ts';
import type { OrgDocument } from './document/document.ts';
import type { OrgSource } from './source/source.ts';

export type ReadOptions = {
  /** The templates directory, for `directory` sources; null when none is configured. */
  root: string | null;
};

export type ReadingTask = { source: OrgSource; root: string | null };
export type ReadingOutcome = { document: OrgDocument } | { issues: OrgSourceIssue[] };

const DEADLINE_MS = 60_000;
const HEAP_MB = 1_024;
/** Readings that run at once: each may take a processor and `HEAP_MB`. */
const CONCURRENCY = 2;

const limiter = createLimiter(CONCURRENCY);

/**
 * Reads and checks a source in a thread of its own, so that no source can keep the server from its other work: a
 * document of 10,000 workspaces takes seconds to parse.
 * @throws InvalidOrgSourceError with every problem there is
 */
export async function readOrgSource(source: OrgSource, { root }: ReadOptions): Promise<OrgDocument> {
  const outcome = await limiter('', () => read({ source, root }));
  if ('issues' in outcome) throw new InvalidOrgSourceError(outcome.issues);
  return outcome.document;
}

async function read(task: ReadingTask): Promise<ReadingOutcome> {
  const worker = new Worker(new URL('./readingWorker.ts', import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  const deadline = setTimeout(() => worker.terminate(), DEADLINE_MS);
  try {
    return await new Promise<ReadingOutcome>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', (error) => {
        if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
          resolve(tooLarge('the source takes too much memory to read'));
        else reject(error);
      });
      worker.once('exit', () =>
        resolve(tooLarge(`the source takes longer than ${DEADLINE_MS / 1000} s to read`)),
      );
    });
  } finally {
    clearTimeout(deadline);
    await worker.terminate();
  }
}

function tooLarge(message: string): ReadingOutcome {
  return { issues: [{ file: '', path: '', line: 1, column: 1, message }] };
}
