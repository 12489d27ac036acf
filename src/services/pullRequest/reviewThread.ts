import type { Tx } from '../../database/db.ts';
import type { PullRequestFacts, ReviewThreadFacts } from '../port/pullRequestSource.ts';

/** Inserts and updates the review threads and their comments that the host returned. */
export async function writeThreads(
  tx: Tx,
  organizationId: string,
  pullRequestId: string,
  { reviewThreads, reviewThreadsComplete }: PullRequestFacts,
) {
  const threadIds = reviewThreads.map(({ externalId }) => externalId);
  // A thread that the host does not show any more is settled. Its row stays, because the feed has events of it.
  await tx.$executeRaw`
    WITH settled AS (
      UPDATE pull_request_review_thread SET is_resolved = true
       WHERE ${reviewThreadsComplete} AND pull_request_id = ${pullRequestId}::uuid AND NOT is_resolved
         AND external_id <> ALL (${threadIds}::text[])
    )
    INSERT INTO pull_request_review_thread AS t
      (organization_id, pull_request_id, external_id, path, line, is_resolved, is_outdated, is_bot, is_by_author)
    SELECT ${organizationId}::uuid, ${pullRequestId}::uuid, f.*
      FROM jsonb_to_recordset(${JSON.stringify(reviewThreads)}::jsonb)
        AS f ("externalId" text, path text, line int, "isResolved" boolean, "isOutdated" boolean,
              "isBot" boolean, "isByAuthor" boolean)
    ON CONFLICT (organization_id, pull_request_id, external_id) DO UPDATE
      SET path = excluded.path, line = excluded.line, is_resolved = excluded.is_resolved,
          is_outdated = excluded.is_outdated, is_bot = excluded.is_bot, is_by_author = excluded.is_by_author
      WHERE (t.path, t.line, t.is_resolved, t.is_outdated, t.is_bot, t.is_by_author) IS DISTINCT FROM
            (excluded.path, excluded.line, excluded.is_resolved, excluded.is_outdated, excluded.is_bot, excluded.is_by_author)`;
  if (reviewThreads.length > 0) await writeComments(tx, organizationId, pullRequestId, reviewThreads);
}

async function writeComments(
  tx: Tx,
  organizationId: string,
  pullRequestId: string,
  threads: ReviewThreadFacts[],
) {
  const threadIds = threads.map(({ externalId }) => externalId);
  const comments = threads.flatMap((thread) =>
    thread.comments.map((comment, position) => ({ ...comment, position, thread: thread.externalId })),
  );
  // An upsert, because a host may move a comment from one thread to another.
  await tx.$executeRaw`
    WITH gone AS (
      DELETE FROM pull_request_review_comment c USING pull_request_review_thread t
       WHERE c.pull_request_id = ${pullRequestId}::uuid AND t.id = c.thread_id
         AND t.external_id = ANY (${threadIds}::text[])
         AND c.external_id <> ALL (${comments.map(({ externalId }) => externalId)}::text[])
    )
    INSERT INTO pull_request_review_comment AS c
      (organization_id, pull_request_id, thread_id, external_id, author, body, url, is_bot, position,
       created_at)
    SELECT ${organizationId}::uuid, ${pullRequestId}::uuid, t.id, f."externalId", f.author, f.body, f.url, f."isBot",
           f.position, f."createdAt"
      FROM jsonb_to_recordset(${JSON.stringify(comments)}::jsonb)
        AS f (thread text, "externalId" text, author text, body text, url text, "isBot" boolean, position int,
              "createdAt" timestamptz)
      JOIN pull_request_review_thread t ON t.pull_request_id = ${pullRequestId}::uuid AND t.external_id = f.thread
    ON CONFLICT (organization_id, pull_request_id, external_id) DO UPDATE
      SET thread_id = excluded.thread_id, author = excluded.author, body = excluded.body, url = excluded.url,
          position = excluded.position
      WHERE (c.thread_id, c.author, c.body, c.url, c.position) IS DISTINCT FROM
            (excluded.thread_id, excluded.author, excluded.body, excluded.url, excluded.position)`;
}
