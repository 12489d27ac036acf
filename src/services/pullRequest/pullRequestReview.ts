import type { Tx } from '../../database/db.ts';
import type { PullRequestFacts } from '../port/pullRequestSource.ts';

/** Makes the stored reviews equal to those that the host returned. Stored ones stay when it did not return all. */
export async function writeReviews(
  tx: Tx,
  organizationId: string,
  pullRequestId: string,
  { reviews, unreadable }: Pick<PullRequestFacts, 'reviews' | 'unreadable'>,
) {
  await tx.$executeRaw`
    WITH gone AS (
      DELETE FROM pull_request_review
       WHERE ${!unreadable.includes('REVIEWS')} AND pull_request_id = ${pullRequestId}::uuid
         AND external_id <> ALL (${reviews.map(({ externalId }) => externalId)}::text[])
    )
    INSERT INTO pull_request_review AS r
      (organization_id, pull_request_id, external_id, author, state, body, url, is_bot, submitted_at)
    SELECT ${organizationId}::uuid, ${pullRequestId}::uuid, f.*
      FROM jsonb_to_recordset(${JSON.stringify(reviews)}::jsonb)
        AS f ("externalId" text, author text, state review_decision, body text, url text, "isBot" boolean, "submittedAt" timestamptz)
    ON CONFLICT (organization_id, pull_request_id, external_id) DO UPDATE
      SET author = excluded.author, state = excluded.state, body = excluded.body, url = excluded.url,
          submitted_at = excluded.submitted_at
      WHERE (r.author, r.state, r.body, r.url, r.submitted_at) IS DISTINCT FROM
            (excluded.author, excluded.state, excluded.body, excluded.url, excluded.submitted_at)`;
}
