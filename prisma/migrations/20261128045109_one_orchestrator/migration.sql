-- one orchestrator

-- By hand: a partial index, which Prisma's data model cannot state, and the rows that contradict it. The newest
-- orchestrator of a project stays live.
UPDATE session s SET is_terminated = true, activity_state = 'EXITED', activity_last_at = now()
 WHERE s.kind = 'ORCHESTRATOR' AND NOT s.is_terminated
   AND EXISTS (
     SELECT FROM session newer
      WHERE newer.project_id = s.project_id AND newer.num > s.num
        AND newer.kind = 'ORCHESTRATOR' AND NOT newer.is_terminated
   );

CREATE UNIQUE INDEX session_orchestrator_key ON session (organization_id, project_id)
  WHERE kind = 'ORCHESTRATOR' AND NOT is_terminated;
