/** Writes a pull request's row in one statement, then its checks, threads and reviews. */
import type { Tx } from '../../database/db.ts';
import type { JobQueue } from '../port/job.ts';
import type { PullRequestFacts } from '../port/pullRequestSource.ts';
import { askAgain } from './askAgain.ts';
import type { NumberedFacts } from './observedFacts.ts';
import { writeChecks } from './pullRequestCheck.ts';
import { keyOf, type StoredPullRequest } from './pullRequestLock.ts';
import { writeReviews } from './pullRequestReview.ts';
import { writeThreads } from './reviewThread.ts';

type Recording = {
  jobs: JobQueue;
  /** How many times the host was asked again before these facts. */
  attempt?: number;
};

/**
 * Makes a session, or none, hold a pull request and writes its facts. One statement writes the whole row, so that the feed has one
 * event with final facts. Facts older than the stored ones are ignored; the owner changes either way.
 */
export async function writePullRequest(
  tx: Tx,
  organizationId: string,
  sessionId: string | null,
  existing: StoredPullRequest | null,
  { number, facts }: NumberedFacts,
  { jobs, attempt = 0 }: Recording,
): Promise<string> {
  if (existing && existing.factsNumber >= number) {
    await tx.pullRequest.update({ where: { id: existing.id }, data: ownership(existing, sessionId) });
    return existing.id;
  }
  const columns = {
    ...identity(existing, facts),
    ...description(facts),
    ...verdicts(existing, facts),
    stateChangedAt: stateChangedAt(existing, facts),
    factsNumber: number,
  };
  const { id } = existing
    ? await tx.pullRequest.update({
        where: { id: existing.id },
        data: {
          ...columns,
          ...((await isNameTaken(tx, existing, facts)) ? {} : nameOf(facts)),
          ...ownership(existing, sessionId),
        },
      })
    : await tx.pullRequest.upsert({
        where: {
          organizationId_host_repoOwnerKey_repoNameKey_number: {
            organizationId,
            ...keyOf(facts.coordinates),
          },
        },
        // Our own claims wait for each other at its name. Only another program can have inserted the row meanwhile.
        create: { organizationId, sessionId, ...columns, ...nameOf(facts) },
        update: { sessionId, ...columns, ...nameOf(facts) },
      });
  // A new row has no parts yet, which an empty list would change.
  const mayChange = (parts: unknown[]) => existing !== null || parts.length > 0;
  if (mayChange(facts.checks)) await writeChecks(tx, organizationId, id, facts);
  if (mayChange(facts.reviewThreads)) await writeThreads(tx, organizationId, id, facts);
  if (mayChange(facts.reviews)) await writeReviews(tx, organizationId, id, facts);
  await askAgain(tx, jobs, id, facts, attempt);
  return id;
}

function ownership(existing: StoredPullRequest, sessionId: string | null) {
  // The new owner has not been nudged about anything yet.
  return existing.sessionId === sessionId ? { sessionId } : { sessionId, nudgeState: {} };
}

/**
 * Whether another row has the name that the host returned: a pull request that had the name before, or a row without the
 * host's id. Then the row that was found by its id keeps its own name.
 */
async function isNameTaken(
  tx: Tx,
  existing: StoredPullRequest,
  { coordinates }: PullRequestFacts,
): Promise<boolean> {
  const key = keyOf(coordinates);
  const names = Object.entries(key) as [keyof typeof key, string | number][];
  if (names.every(([column, value]) => existing[column] === value)) return false;
  const { id, organizationId } = existing;
  return (await tx.pullRequest.count({ where: { organizationId, ...key, id: { not: id } } })) > 0;
}

function nameOf({ coordinates }: PullRequestFacts) {
  return { ...keyOf(coordinates), repoOwner: coordinates.owner, repoName: coordinates.repo };
}

/** A known id of the host's is kept when an answer lacks it. */
function identity(existing: StoredPullRequest | null, { externalId, url }: PullRequestFacts) {
  return { url, externalId: externalId || existing?.externalId };
}

function description(facts: PullRequestFacts) {
  return {
    title: facts.title,
    author: facts.author,
    sourceBranch: facts.sourceBranch,
    targetBranch: facts.targetBranch,
    sourceRepoOwner: facts.sourceRepo?.owner ?? '',
    sourceRepoName: facts.sourceRepo?.name ?? '',
    isCrossRepository: facts.isCrossRepository,
    isDraft: facts.isDraft,
    state: facts.state,
    unreadable: facts.unreadable,
    headSha: facts.headSha,
    baseSha: facts.baseSha,
    mergeCommitSha: facts.mergeCommitSha,
    additions: facts.additions,
    deletions: facts.deletions,
    changedFiles: facts.changedFiles,
    createdAt: facts.createdAt,
    hostUpdatedAt: facts.updatedAt,
    mergedAt: facts.mergedAt,
    closedAt: facts.closedAt,
    observedAt: facts.observedAt,
  };
}

/** What the host did not return stays as it was, unless it was about other commits. Then it is unknown. */
function verdicts(existing: StoredPullRequest | null, facts: PullRequestFacts) {
  const sameHead = existing?.headSha === facts.headSha ? existing : null;
  const sameMerge = sameHead?.baseSha === facts.baseSha ? sameHead : null;
  return {
    ciState: facts.ciState ?? sameHead?.ciState ?? 'UNKNOWN',
    requiredCiState: facts.ciState === null ? (sameHead?.requiredCiState ?? null) : facts.requiredCiState,
    awaitsApproval: facts.awaitsApproval ?? sameHead?.awaitsApproval ?? false,
    reviewDecision: facts.reviewDecision ?? existing?.reviewDecision ?? 'NONE',
    mergeability: facts.mergeability ?? sameMerge?.mergeability ?? 'UNKNOWN',
    mergeStateStatus: facts.mergeStateStatus ?? sameMerge?.mergeStateStatus ?? '',
    isInMergeQueue: facts.isInMergeQueue ?? sameHead?.isInMergeQueue ?? false,
    mergeQueuePosition:
      facts.isInMergeQueue === null ? (sameHead?.mergeQueuePosition ?? null) : facts.mergeQueuePosition,
  };
}

/** When the state last changed, by the host's clock. Moves only when the state does. */
function stateChangedAt(existing: StoredPullRequest | null, facts: PullRequestFacts): Date {
  if (existing?.state === facts.state) return existing.stateChangedAt;
  if (facts.state === 'MERGED') return facts.mergedAt ?? facts.updatedAt;
  if (facts.state === 'CLOSED') return facts.closedAt ?? facts.updatedAt;
  return existing ? facts.updatedAt : facts.createdAt;
}
