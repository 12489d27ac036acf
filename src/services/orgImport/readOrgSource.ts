import { InvalidOrgSourceError, type OrgSourceIssue } from '../../errors/errors.ts';
import type { OrgDocument } from './document/document.ts';
import type { OrgSource } from './source/source.ts';
import { DEADLINE_MS, runInThread, ThreadLimitError } from './thread.ts';

export type ReadOptions = {
  /** The templates directory, for `directory` sources; null when none is configured. */
  root: string | null;
  /** Readings of different lanes take turns. */
  lane?: string;
};

export type ReadingTask = { source: OrgSource; root: string | null };
export type ReadingOutcome = { document: OrgDocument } | { issues: OrgSourceIssue[] };

const WORKER = new URL('./readingWorker.ts', import.meta.url);

/**
 * Reads and checks a source in a thread of its own.
 * @throws InvalidOrgSourceError with every problem there is
 */
export async function readOrgSource(
  source: OrgSource,
  { root, lane = '' }: ReadOptions,
): Promise<OrgDocument> {
  const task: ReadingTask = { source, root };
  const outcome = await runInThread<ReadingOutcome>(WORKER, task, lane).catch((error) => {
    if (error instanceof ThreadLimitError) return tooLarge(error);
    throw error;
  });
  if ('issues' in outcome) throw new InvalidOrgSourceError(outcome.issues);
  return outcome.document;
}

function tooLarge({ limit }: ThreadLimitError): ReadingOutcome {
  const message =
    limit === 'memory'
      ? 'the source takes too much memory to read'
      : `the source takes longer than ${DEADLINE_MS / 1000} s to read`;
  return { issues: [{ file: '', path: '', line: 1, column: 1, message }] };
}
