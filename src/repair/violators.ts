/** The rows that violate the CHECK. */
import type pg from 'pg';
import { CONSTRAINT } from './closedStateRule.ts';

export type ViolatorCounts = {
  /** Rows with closed_at and an open status. */
  withOpenStatus: number;
  /** Rows with a closed status and no closed_at. */
  withoutClosedAt: number;
};

/** A violator with a live session: it is in use, so the repair does not close it. */
export type LiveViolator = {
  id: string;
  name: string;
  organization: string;
  status: string;
  closedAt: Date | null;
  /** The names of its live sessions. */
  sessions: string[];
};

export type ConstraintState = 'ABSENT' | 'NOT_VALID' | 'VALID';

/** Conditions on a row `w` of execution_workspace. */
export const violates = (rule: string) => `NOT (${rule})`;
/** A session that works in it, or that it was opened for. */
const LIVE_SESSIONS = `
  SELECT p.slug || '-' || s.num FROM session s JOIN project p ON p.id = s.project_id
   WHERE NOT s.is_terminated AND (s.execution_workspace_id = w.id OR s.id = w.session_id)`;
export const IS_LIVE = `EXISTS (${LIVE_SESSIONS})`;
/** When a closed row without closed_at was closed: at its last change, within what the other CHECKs allow. */
export const CLOSED_AT = 'greatest(w.opened_at, least(w.updated_at, w.cleanup_eligible_at))';

export async function countViolators(client: pg.Client, rule: string): Promise<ViolatorCounts> {
  const { rows } = await client.query<ViolatorCounts>(
    `SELECT count(*) FILTER (WHERE closed_at IS NOT NULL)::int AS "withOpenStatus",
            count(*) FILTER (WHERE closed_at IS NULL)::int AS "withoutClosedAt"
       FROM execution_workspace w WHERE ${violates(rule)}`,
  );
  return rows[0] ?? { withOpenStatus: 0, withoutClosedAt: 0 };
}

/** The violators that no live session uses. */
export async function countClosable(client: pg.Client, rule: string): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM execution_workspace w WHERE ${violates(rule)} AND NOT ${IS_LIVE}`,
  );
  return rows[0]?.count ?? 0;
}

export async function liveViolators(client: pg.Client, rule: string): Promise<LiveViolator[]> {
  const { rows } = await client.query<LiveViolator>(
    `SELECT id, name, status::text, closed_at AS "closedAt",
            (SELECT slug FROM organization o WHERE o.id = w.organization_id) AS organization,
            ARRAY(${LIVE_SESSIONS} ORDER BY 1) AS sessions
       FROM execution_workspace w WHERE ${violates(rule)} AND ${IS_LIVE} ORDER BY id`,
  );
  return rows;
}

export async function constraintState(client: pg.Client): Promise<ConstraintState> {
  const { rows } = await client.query<{ isValid: boolean }>(
    `SELECT convalidated AS "isValid" FROM pg_constraint
      WHERE conrelid = 'execution_workspace'::regclass AND conname = $1`,
    [CONSTRAINT],
  );
  if (rows[0] === undefined) return 'ABSENT';
  return rows[0].isValid ? 'VALID' : 'NOT_VALID';
}
