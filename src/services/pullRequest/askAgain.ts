import type { Tx } from '../../database/db.ts';
import type { JobQueue } from '../port/job.ts';
import type { PullRequestFacts } from '../port/pullRequestSource.ts';
import { isOver } from './pullRequestRule.ts';

/** GitHub computes the mergeability on demand: the first question starts the computation, which takes seconds. */
const MERGEABILITY_SECONDS = [2, 4, 8, 16, 32];
/** A part may be unreadable because of a fault of the host, or for as long as the token lacks a permission. */
const UNREADABLE_SECONDS = [30, 60, 120, 300, 600];

/** Enqueues another question to the host, if the facts miss something that it may answer later. */
export async function askAgain(
  tx: Tx,
  jobs: JobQueue,
  pullRequestId: string,
  { state, mergeability, unreadable }: Pick<PullRequestFacts, 'state' | 'mergeability' | 'unreadable'>,
  attempt: number,
): Promise<void> {
  if (isOver(state)) return;
  const isMissing = mergeability === 'UNKNOWN' || unreadable.length > 0;
  const afterSeconds = (mergeability === 'UNKNOWN' ? MERGEABILITY_SECONDS : UNREADABLE_SECONDS)[attempt];
  if (!isMissing || afterSeconds === undefined) return;
  const data = { pullRequestId, attempt: attempt + 1 };
  await jobs.enqueue(tx, { name: 'pullRequest.refresh', data }, { afterSeconds, key: pullRequestId });
}
