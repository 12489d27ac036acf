import type { Tx } from '../../db.ts';
import type { CheckFacts } from '../port/pullRequestSource.ts';

/** Inserts and updates the checks that the host returned. Others stay: they are of earlier commits. */
export async function writeChecks(
  tx: Tx,
  organizationId: string,
  pullRequestId: string,
  checks: CheckFacts[],
) {
  if (checks.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO pull_request_check AS c
      (organization_id, pull_request_id, name, commit_sha, status, conclusion, url, external_id)
    SELECT ${organizationId}::uuid, ${pullRequestId}::uuid, f.*
      FROM jsonb_to_recordset(${JSON.stringify(checks)}::jsonb)
        AS f (name text, "commitSha" text, status check_status, conclusion text, url text, "externalId" text)
    ON CONFLICT (organization_id, pull_request_id, commit_sha, text_hash(name)) DO UPDATE
      SET status = excluded.status, conclusion = excluded.conclusion, url = excluded.url,
          external_id = excluded.external_id
      WHERE (c.status, c.conclusion, c.url, c.external_id) IS DISTINCT FROM
            (excluded.status, excluded.conclusion, excluded.url, excluded.external_id)`;
}
