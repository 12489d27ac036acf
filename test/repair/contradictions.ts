/** A database as a program without the CHECK left it: without that CHECK, and with rows that violate it. */
import { CONSTRAINT } from '../../src/repair/closedStateRule.ts';
import type { Psql } from '../support/psql.ts';

export type Contradictions = {
  organizationId: string;
  projectId: string;
};

/** Rows that fulfil the CHECK, in all states, and violators of both kinds. */
export async function seedContradictions(
  psql: Psql,
  rows: { consistent: number; withOpenStatus: number; withoutClosedAt: number },
): Promise<Contradictions> {
  await psql(`ALTER TABLE execution_workspace DROP CONSTRAINT ${CONSTRAINT}`);
  const [project] = await psql<Contradictions>(
    `WITH o AS (INSERT INTO organization (slug, name) VALUES ('acme', 'Acme') RETURNING id)
     INSERT INTO project (organization_id, slug, name) SELECT id, 'rocket', 'Rocket' FROM o
     RETURNING organization_id AS "organizationId", id AS "projectId"`,
  );
  if (!project) throw new Error('There is no project.');
  const insert = (count: number, state: string) =>
    psql(
      `INSERT INTO execution_workspace (organization_id, project_id, name, mode, opened_at, updated_at, status, closed_at, cleanup_reason)
       SELECT $1, $2, 'w' || n, 'ISOLATED_WORKSPACE', now() - interval '2 days', now() - interval '1 day', s.status::execution_workspace_status, s.closed_at, s.reason
         FROM generate_series(0, $3 - 1) n
         JOIN (VALUES ${state}) s (rank, status, closed_at, reason) ON s.rank = n % 3`,
      [project.organizationId, project.projectId, count],
    );
  await insert(
    rows.consistent,
    `(0, 'ACTIVE', NULL::timestamptz, NULL), (1, 'ARCHIVED', now() - interval '1 hour', NULL), (2, 'CLEANUP_FAILED', now() - interval '1 hour', 'busy')`,
  );
  const closedAt = "now() - interval '1 hour'";
  await insert(
    rows.withOpenStatus,
    `(0, 'ACTIVE', ${closedAt}, NULL), (1, 'IDLE', ${closedAt}, NULL), (2, 'IN_REVIEW', ${closedAt}, NULL)`,
  );
  await insert(
    rows.withoutClosedAt,
    `(0, 'ARCHIVED', NULL::timestamptz, NULL), (1, 'ARCHIVED', NULL, NULL), (2, 'ARCHIVED', NULL, NULL)`,
  );
  return project;
}

/** A live session that works in an execution workspace. */
export async function occupy(psql: Psql, { organizationId, projectId }: Contradictions, id: string) {
  // A trigger lets no session into a closed row. The session was there before the row contradicted itself.
  await psql('ALTER TABLE session DISABLE TRIGGER session_insert_execution_workspace');
  await psql(
    `INSERT INTO session (organization_id, project_id, kind, execution_workspace_id) VALUES ($1, $2, 'WORKER', $3)`,
    [organizationId, projectId, id],
  );
  await psql('ALTER TABLE session ENABLE ALWAYS TRIGGER session_insert_execution_workspace');
}

/** Counted without the CHECK's own text. */
export async function countContradictions(psql: Psql): Promise<number> {
  const [row] = await psql<{ count: number }>(
    `SELECT count(*)::int AS count FROM execution_workspace
      WHERE (closed_at IS NULL AND status IN ('ARCHIVED', 'CLEANUP_FAILED'))
         OR (closed_at IS NOT NULL AND status IN ('ACTIVE', 'IDLE', 'IN_REVIEW'))`,
  );
  return row?.count ?? Number.NaN;
}

/** Null when there is no such constraint. */
export async function constraint(psql: Psql): Promise<{ isValid: boolean; definition: string } | null> {
  const [row] = await psql<{ isValid: boolean; definition: string }>(
    `SELECT convalidated AS "isValid", pg_get_expr(conbin, conrelid) AS definition FROM pg_constraint WHERE conname = $1`,
    [CONSTRAINT],
  );
  return row ?? null;
}
