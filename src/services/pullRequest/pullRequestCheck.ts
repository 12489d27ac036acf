import type { Tx } from '../../database/db.ts';
import type { PullRequestFacts } from '../port/pullRequestSource.ts';

/**
 * Inserts and updates the checks that the host returned. Those of earlier commits stay. A check of the head commit that the
 * host does not show any more is out of date. Its row stays, because the feed has events of it.
 */
export async function writeChecks(
  tx: Tx,
  organizationId: string,
  pullRequestId: string,
  { checks, checksComplete, headSha }: Pick<PullRequestFacts, 'checks' | 'checksComplete' | 'headSha'>,
) {
  await tx.$executeRaw`
    WITH stale AS (
      UPDATE pull_request_check SET status = 'SKIPPED', conclusion = 'STALE'
       WHERE ${checksComplete} AND pull_request_id = ${pullRequestId}::uuid AND commit_sha = ${headSha}
         AND status <> 'SKIPPED' AND name <> ALL (${checks.map(({ name }) => name)}::text[])
    )
    INSERT INTO pull_request_check AS c
      (organization_id, pull_request_id, name, commit_sha, status, conclusion, url, is_required, external_id, started_at,
       completed_at)
    SELECT ${organizationId}::uuid, ${pullRequestId}::uuid, f.*
      FROM jsonb_to_recordset(${JSON.stringify(checks)}::jsonb)
        AS f (name text, "commitSha" text, status check_status, conclusion text, url text, "isRequired" boolean,
               "externalId" text, "startedAt" timestamptz, "completedAt" timestamptz)
    ON CONFLICT (organization_id, pull_request_id, commit_sha, text_hash(name)) DO UPDATE
      SET status = excluded.status, conclusion = excluded.conclusion, url = excluded.url,
          is_required = coalesce(excluded.is_required, c.is_required), external_id = excluded.external_id,
          started_at = excluded.started_at, completed_at = excluded.completed_at
      WHERE (c.status, c.conclusion, c.url, c.is_required, c.external_id, c.started_at, c.completed_at) IS DISTINCT FROM
            (excluded.status, excluded.conclusion, excluded.url, coalesce(excluded.is_required, c.is_required),
             excluded.external_id, excluded.started_at, excluded.completed_at)`;
}
