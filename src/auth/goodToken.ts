/**
 * When a token is good. Requests, transactions and open connections all ask here.
 *
 * Time is the database's clock: `clock_timestamp()` goes on while a transaction waits for its locks, `now()` does not.
 */

/** Of `token`: neither revoked nor expired. */
export const IS_GOOD_SQL = `token.revoked_at IS NULL
  AND (token.expires_at IS NULL OR token.expires_at > clock_timestamp())`;

/**
 * Each good token with its roles, one row per organization; to be continued with `AND …`. A token of one organization
 * is good only while its user has a membership there, or while its agent has not ended.
 */
export const GOOD_TOKENS_SQL = `
    FROM token
    LEFT JOIN membership
      ON membership.user_id = token.user_id AND membership.removed_at IS NULL
     AND (token.organization_id IS NULL OR membership.organization_id = token.organization_id)
    LEFT JOIN agent
      ON agent.id = token.agent_id AND agent.status IN ('PENDING', 'RUNNING')
   WHERE ${IS_GOOD_SQL}
     AND (token.organization_id IS NULL OR membership.id IS NOT NULL OR agent.id IS NOT NULL)`;

/** The organization and the role in a row of GOOD_TOKENS_SQL; null for a person without any organization. */
export const ROLE_SQL = `coalesce(membership.organization_id, agent.organization_id) AS "organizationId",
  CASE WHEN agent.id IS NULL THEN membership.role::text ELSE 'AGENT' END AS role`;
