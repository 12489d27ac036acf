/** Writes what is known of a pull request: the row first, whole and at once, then what hangs on it. */
import type { PullRequest } from '../../../prisma/client/client.ts';
import type { Tx } from '../../db.ts';
import type { Act } from '../act/act.ts';
import { storable } from '../act/storable.ts';
import type {
  CheckFacts,
  PullRequestCoordinates,
  PullRequestFacts,
  ReviewFacts,
  ReviewThreadFacts,
} from '../port/pullRequestSource.ts';
import { distinct } from './distinctFacts.ts';
import { keyOf } from './pullRequestLock.ts';

/** Facts with the number drawn before they were fetched: of two, those with the greater number are newer. */
export type NumberedFacts = { number: bigint; facts: PullRequestFacts };

/** Asks the host, outside any transaction. Numbered first, so that a slow answer is known to be an old one. */
export async function observePullRequest(
  act: Act,
  coordinates: PullRequestCoordinates,
): Promise<NumberedFacts> {
  const [row] = await act.db.prisma.$queryRaw<{ number: bigint }[]>`
    SELECT nextval('pull_request_facts_number') AS number`;
  if (!row) throw new Error('The database drew no number.');
  // What people wrote there is not ours to refuse, whatever it is.
  // (Made storable first: two names may become one by it.)
  return { number: row.number, facts: distinct(storable(await act.pullRequestSource.fetch(coordinates))) };
}

/**
 * Writes the pull request's row in one statement, so that the feed tells of it once and finally; then its checks,
 * threads and reviews. Facts older than those stored change nothing; who holds it changes either way.
 */
export async function writePullRequest(
  tx: Tx,
  organizationId: string,
  sessionId: string,
  existing: PullRequest | null,
  { number, facts }: NumberedFacts,
): Promise<string> {
  if (existing && existing.factsNumber >= number) {
    await tx.pullRequest.update({ where: { id: existing.id }, data: ownership(existing, sessionId) });
    return existing.id;
  }
  const columns = {
    ...identity(existing, facts),
    ...description(facts),
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
        // Only a program beside us can have made the row meanwhile; ours queue at its name.
        create: { organizationId, sessionId, ...columns, ...nameOf(facts) },
        update: { sessionId, ...columns, ...nameOf(facts) },
      });
  await writeChecks(tx, organizationId, id, facts.checks);
  await writeThreads(tx, organizationId, id, facts);
  await writeReviews(tx, organizationId, id, facts.reviews);
  return id;
}

function ownership(existing: PullRequest, sessionId: string) {
  // A new owner has not been told of anything yet.
  return existing.sessionId === sessionId ? { sessionId } : { sessionId, nudgeState: {} };
}

/**
 * Whether the row can't have the name its host answers, for another row has it: of a pull request that had the name
 * before, or from when ids were not recorded yet. Then the row that its id leads to keeps the name it has.
 */
async function isNameTaken(
  tx: Tx,
  existing: PullRequest,
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

/** An id once known stays known, also to a host that does not tell it. */
function identity(existing: PullRequest | null, { externalId, url }: PullRequestFacts) {
  return { url, externalId: externalId || existing?.externalId };
}

function description(facts: PullRequestFacts) {
  return {
    title: facts.title,
    author: facts.author,
    sourceBranch: facts.sourceBranch,
    targetBranch: facts.targetBranch,
    isDraft: facts.isDraft,
    state: facts.state,
    ciState: facts.ciState,
    reviewDecision: facts.reviewDecision,
    mergeability: facts.mergeability,
    mergeStateStatus: facts.mergeStateStatus,
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

/** Moves only when the state does, to when the host says it did. */
function stateChangedAt(existing: PullRequest | null, facts: PullRequestFacts): Date {
  if (existing?.state === facts.state) return existing.stateChangedAt;
  if (facts.state === 'MERGED') return facts.mergedAt ?? facts.updatedAt;
  if (facts.state === 'CLOSED') return facts.closedAt ?? facts.updatedAt;
  return existing ? facts.updatedAt : facts.createdAt;
}

async function writeChecks(tx: Tx, organizationId: string, pullRequestId: string, checks: CheckFacts[]) {
  if (checks.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO pull_request_check AS c
      (organization_id, pull_request_id, name, commit_sha, status, conclusion, url, external_id)
    SELECT ${organizationId}::uuid, ${pullRequestId}::uuid, f.*
      FROM jsonb_to_recordset(${JSON.stringify(checks)}::jsonb)
        AS f (name text, "commitSha" text, status check_status, conclusion text, url text, "externalId" text)
    ON CONFLICT (organization_id, pull_request_id, commit_sha, name) DO UPDATE
      SET status = excluded.status, conclusion = excluded.conclusion, url = excluded.url,
          external_id = excluded.external_id
      WHERE (c.status, c.conclusion, c.url, c.external_id) IS DISTINCT FROM
            (excluded.status, excluded.conclusion, excluded.url, excluded.external_id)`;
}

async function writeThreads(
  tx: Tx,
  organizationId: string,
  pullRequestId: string,
  { reviewThreads, reviewThreadsComplete }: PullRequestFacts,
) {
  await tx.$executeRaw`
    INSERT INTO pull_request_review_thread AS t
      (organization_id, pull_request_id, external_id, path, line, is_resolved, is_bot)
    SELECT ${organizationId}::uuid, ${pullRequestId}::uuid, f.*
      FROM jsonb_to_recordset(${JSON.stringify(reviewThreads)}::jsonb)
        AS f ("externalId" text, path text, line int, "isResolved" boolean, "isBot" boolean)
    ON CONFLICT (organization_id, pull_request_id, external_id) DO UPDATE
      SET path = excluded.path, line = excluded.line, is_resolved = excluded.is_resolved, is_bot = excluded.is_bot
      WHERE (t.path, t.line, t.is_resolved, t.is_bot) IS DISTINCT FROM
            (excluded.path, excluded.line, excluded.is_resolved, excluded.is_bot)`;
  if (reviewThreadsComplete) {
    // A thread the host no longer shows has nothing left to settle. Its row stays, as the feed told of it.
    await tx.pullRequestReviewThread.updateMany({
      where: {
        pullRequestId,
        isResolved: false,
        externalId: { notIn: reviewThreads.map(({ externalId }) => externalId) },
      },
      data: { isResolved: true },
    });
  }
  await writeComments(tx, organizationId, pullRequestId, reviewThreads);
}

async function writeComments(
  tx: Tx,
  organizationId: string,
  pullRequestId: string,
  threads: ReviewThreadFacts[],
) {
  const threadIds = threads.map(({ externalId }) => externalId);
  const comments = threads.flatMap((thread) =>
    thread.comments.map((comment) => ({ ...comment, thread: thread.externalId })),
  );
  // An upsert, because a host may move a comment from one thread to another.
  await tx.$executeRaw`
    INSERT INTO pull_request_review_comment
      (organization_id, pull_request_id, thread_id, external_id, author, body, url, is_bot, created_at)
    SELECT ${organizationId}::uuid, ${pullRequestId}::uuid, t.id, f."externalId", f.author, f.body, f.url, f."isBot", f."createdAt"
      FROM jsonb_to_recordset(${JSON.stringify(comments)}::jsonb)
        AS f (thread text, "externalId" text, author text, body text, url text, "isBot" boolean, "createdAt" timestamptz)
      JOIN pull_request_review_thread t ON t.pull_request_id = ${pullRequestId}::uuid AND t.external_id = f.thread
    ON CONFLICT (organization_id, pull_request_id, external_id) DO UPDATE
      SET thread_id = excluded.thread_id, author = excluded.author, body = excluded.body, url = excluded.url`;
  // One parameter each, however many there are: PostgreSQL takes no more than 65,535 of them.
  const commentIds = comments.map(({ externalId }) => externalId);
  await tx.$executeRaw`
    DELETE FROM pull_request_review_comment c USING pull_request_review_thread t
     WHERE c.pull_request_id = ${pullRequestId}::uuid AND t.id = c.thread_id
       AND t.external_id = ANY (${threadIds}::text[]) AND c.external_id <> ALL (${commentIds}::text[])`;
}

async function writeReviews(tx: Tx, organizationId: string, pullRequestId: string, reviews: ReviewFacts[]) {
  await tx.$executeRaw`
    INSERT INTO pull_request_review
      (organization_id, pull_request_id, external_id, author, state, body, url, is_bot, submitted_at)
    SELECT ${organizationId}::uuid, ${pullRequestId}::uuid, f.*
      FROM jsonb_to_recordset(${JSON.stringify(reviews)}::jsonb)
        AS f ("externalId" text, author text, state review_decision, body text, url text, "isBot" boolean, "submittedAt" timestamptz)
    ON CONFLICT (organization_id, pull_request_id, external_id) DO UPDATE
      SET author = excluded.author, state = excluded.state, body = excluded.body, url = excluded.url,
          submitted_at = excluded.submitted_at`;
  await tx.pullRequestReview.deleteMany({
    where: { pullRequestId, externalId: { notIn: reviews.map(({ externalId }) => externalId) } },
  });
}
