-- what waits by index

-- AlterTable
ALTER TABLE "agent" ADD COLUMN     "failed_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "session_standing" ADD COLUMN     "spawned_by_id" UUID;

-- AlterTable
ALTER TABLE "pull_request" ADD COLUMN     "agent_id" UUID,
ADD COLUMN     "released_at" TIMESTAMPTZ(3),
ADD COLUMN     "spawned_by_id" UUID;

-- CreateTable
CREATE TABLE "abandoned_pull_request" (
    "pull_request_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "session_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "spawned_by_id" UUID,
    "agent_id" UUID,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "abandoned_pull_request_pkey" PRIMARY KEY ("pull_request_id")
);

-- CreateIndex
CREATE INDEX "abandoned_pull_request_list_idx" ON "abandoned_pull_request"("organization_id", "since", "pull_request_id" DESC);

-- CreateIndex
CREATE INDEX "abandoned_pull_request_project_idx" ON "abandoned_pull_request"("project_id", "since", "pull_request_id" DESC);

-- CreateIndex
CREATE INDEX "abandoned_pull_request_spawner_idx" ON "abandoned_pull_request"("spawned_by_id", "since", "pull_request_id" DESC);

-- CreateIndex
CREATE INDEX "abandoned_pull_request_session_idx" ON "abandoned_pull_request"("session_id");

-- CreateIndex
CREATE INDEX "session_standing_project_urgency_idx" ON "session_standing"("project_id", "urgency", "created_at" DESC, "session_id" DESC);

-- AddForeignKey
ALTER TABLE "abandoned_pull_request" ADD CONSTRAINT "abandoned_pull_request_standing_fkey" FOREIGN KEY ("organization_id", "session_id") REFERENCES "session_standing"("organization_id", "session_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- When an agent failed was not recorded. The best known time is its last change.
ALTER TABLE agent DISABLE TRIGGER agent_touch;
UPDATE agent SET failed_at = updated_at WHERE status = 'ERROR';
ALTER TABLE agent
  ENABLE TRIGGER agent_touch,
  ADD CONSTRAINT agent_failed_check CHECK ((status = 'ERROR') = (failed_at IS NOT NULL)),
  DROP CONSTRAINT agent_times_check,
  ADD CONSTRAINT agent_times_check CHECK (
    is_date_time(hired_at) AND is_date_time(offboarded_at) AND is_date_time(failed_at) AND is_date_time(updated_at)
  );
DROP INDEX agent_failed_idx;
CREATE INDEX agent_failed_idx ON agent (organization_id, failed_at, id DESC) WHERE status = 'ERROR';

UPDATE session_standing k SET spawned_by_id = s.spawned_by_id
  FROM session s WHERE s.id = k.session_id AND s.spawned_by_id IS NOT NULL;
DROP INDEX session_standing_orphan_idx;
CREATE INDEX session_standing_waiting_idx ON session_standing (organization_id, lane_since, session_id DESC)
  WHERE lane = 'NEEDS_YOU';
CREATE INDEX session_standing_project_waiting_idx ON session_standing (project_id, lane_since, session_id DESC)
  WHERE lane = 'NEEDS_YOU';
CREATE INDEX session_standing_spawner_waiting_idx ON session_standing (spawned_by_id, lane_since, session_id DESC)
  WHERE lane = 'NEEDS_YOU';

ALTER TABLE pull_request DISABLE TRIGGER pull_request_touch;
UPDATE pull_request p SET spawned_by_id = s.spawned_by_id, agent_id = s.agent_id
  FROM session s WHERE s.id = p.session_id AND num_nonnulls(s.spawned_by_id, s.agent_id) > 0;
UPDATE pull_request p
   SET released_at = coalesce(release.at, p.created_at), spawned_by_id = s.spawned_by_id, agent_id = s.agent_id
  FROM pull_request released
  LEFT JOIN LATERAL (
    SELECT c.at, c.from_session_id FROM pull_request_claim c
     WHERE c.pull_request_id = released.id ORDER BY c.at DESC, c.id DESC LIMIT 1
  ) release ON true
  LEFT JOIN session s ON s.id = release.from_session_id
 WHERE released.id = p.id AND p.session_id IS NULL;
ALTER TABLE pull_request
  ENABLE TRIGGER pull_request_touch,
  ADD CONSTRAINT pull_request_released_check CHECK ((session_id IS NULL) = (released_at IS NOT NULL)),
  DROP CONSTRAINT pull_request_times_check,
  ADD CONSTRAINT pull_request_times_check CHECK (
    is_date_time(created_at) AND is_date_time(updated_at) AND is_date_time(state_changed_at) AND is_date_time(observed_at)
    AND is_date_time(released_at)
  );
DROP INDEX pull_request_unheld_idx;
CREATE INDEX pull_request_released_idx ON pull_request (organization_id, released_at, id DESC)
  WHERE session_id IS NULL AND state IN ('DRAFT', 'OPEN');

INSERT INTO abandoned_pull_request (pull_request_id, organization_id, session_id, project_id, spawned_by_id, agent_id, since)
SELECT p.id, k.organization_id, k.session_id, k.project_id, k.spawned_by_id, k.agent_id, k.lane_since
  FROM session_standing k
  JOIN pull_request p ON p.session_id = k.session_id
 WHERE k.lane = 'ARCHIVE' AND p.state IN ('DRAFT', 'OPEN');

-- >>> prisma/sql/rule/agent.sql
CREATE OR REPLACE TRIGGER agent_touch BEFORE UPDATE ON agent
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

-- Refuses impossible changes of an agent's status. STOPPED is final: the successor of a stopped agent is another agent.
CREATE OR REPLACE TRIGGER agent_status_stays BEFORE UPDATE ON agent
  FOR EACH ROW WHEN (
    OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
      ('PENDING', 'RUNNING'),
      ('PENDING', 'ERROR'),
      ('PENDING', 'STOPPED'),
      ('RUNNING', 'ERROR'),
      ('RUNNING', 'STOPPED'),
      ('ERROR', 'STOPPED')
    )
  )
  EXECUTE FUNCTION refuse('an agent does not go from that status to this one');

CREATE OR REPLACE TRIGGER agent_stays BEFORE UPDATE ON agent
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.hired_by_id, OLD.hired_at, OLD.template_agent_id) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.hired_by_id, NEW.hired_at, NEW.template_agent_id)
  )
  EXECUTE FUNCTION refuse('an agent stays who was hired, by whom, where and when');

-- Its reference is all that leads to a container. It goes when the agent ends, and release_agent_holdings passes it on.
CREATE OR REPLACE TRIGGER agent_container_stays BEFORE UPDATE ON agent
  FOR EACH ROW WHEN (
    OLD.container_ref IS NOT NULL AND NEW.container_ref IS DISTINCT FROM OLD.container_ref
    AND NEW.status IN ('PENDING', 'RUNNING')
  )
  EXECUTE FUNCTION refuse('an agent keeps its container until it ends');

-- Records when an agent fails, whichever program writes it. Later changes of the agent leave the time as it is.
CREATE OR REPLACE FUNCTION record_agent_failure() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.failed_at := CASE WHEN NEW.status = 'ERROR' THEN pg_catalog.now() END;
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER agent_insert_failure BEFORE INSERT ON agent
  FOR EACH ROW WHEN (NEW.status = 'ERROR') EXECUTE FUNCTION record_agent_failure();
CREATE OR REPLACE TRIGGER agent_update_failure BEFORE UPDATE ON agent
  FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION record_agent_failure();

CREATE OR REPLACE TRIGGER agent_is_kept BEFORE DELETE OR TRUNCATE ON agent
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('offboard it instead');

-- An agent may hold repositories and live sessions only while it is RUNNING, and tokens only until it has ended. The
-- check locks the agent's row. A transaction that ends the agent therefore runs either before it, and the check refuses,
-- or after it, and releases the new holding.
CREATE OR REPLACE FUNCTION hold_by_working_agent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  current_status agent_status;
  may_hold boolean;
BEGIN
  SELECT a.status INTO current_status FROM agent a WHERE a.id = NEW.agent_id FOR SHARE;
  may_hold := CASE TG_TABLE_NAME
    WHEN 'token' THEN current_status IN ('PENDING', 'RUNNING')
    ELSE current_status = 'RUNNING'
  END;
  -- The status is NULL when the agent does not exist. The foreign key then refuses the row.
  IF NOT may_hold THEN
    RAISE EXCEPTION 'An agent that is % holds no new %.', current_status, TG_TABLE_NAME
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0], TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER watched_repo_agent_check BEFORE INSERT ON watched_repo
  FOR EACH ROW EXECUTE FUNCTION hold_by_working_agent('watched_repo_agent_check');
CREATE OR REPLACE TRIGGER token_agent_check BEFORE INSERT ON token
  FOR EACH ROW WHEN (NEW.agent_id IS NOT NULL AND NEW.revoked_at IS NULL)
  EXECUTE FUNCTION hold_by_working_agent('token_agent_check');
CREATE OR REPLACE TRIGGER session_insert_agent_check BEFORE INSERT ON session
  FOR EACH ROW WHEN (NEW.agent_id IS NOT NULL AND NOT NEW.is_terminated)
  EXECUTE FUNCTION hold_by_working_agent('session_agent_check');
CREATE OR REPLACE TRIGGER session_update_agent_check BEFORE UPDATE ON session
  FOR EACH ROW WHEN (NEW.agent_id IS NOT NULL AND OLD.is_terminated AND NOT NEW.is_terminated)
  EXECUTE FUNCTION hold_by_working_agent('session_agent_check');

-- Releases everything that an ended agent holds, in the statement that ends it: its repositories are free for another
-- agent, its sessions are terminated (so that their pull requests can be claimed without a takeover), its tokens are
-- revoked, and a job removes its container. No transaction sees an ended agent that still holds something.
CREATE OR REPLACE FUNCTION release_agent_holdings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  DELETE FROM watched_repo w WHERE w.agent_id = NEW.id;
  UPDATE session s SET is_terminated = true, activity_state = 'EXITED', activity_last_at = now()
   WHERE s.agent_id = NEW.id AND NOT s.is_terminated;
  UPDATE token t SET revoked_at = now() WHERE t.agent_id = NEW.id AND t.revoked_at IS NULL;
  IF OLD.container_ref IS NOT NULL THEN
    PERFORM enqueue_job(
      'agent.teardown', jsonb_build_object('agentId', NEW.id, 'containerRef', OLD.container_ref)
    );
  END IF;
  RETURN NULL;
END
$$;

-- PostgreSQL fires triggers in the order of their names. This one fires before agent_capture, so that the feed delivers
-- the changes of the agent's holdings before the change of the agent.
CREATE OR REPLACE TRIGGER agent_before_capture_release AFTER UPDATE ON agent
  FOR EACH ROW WHEN (OLD.status IN ('PENDING', 'RUNNING') AND NEW.status IN ('STOPPED', 'ERROR'))
  EXECUTE FUNCTION release_agent_holdings();

REVOKE EXECUTE ON FUNCTION hold_by_working_agent(), release_agent_holdings(), record_agent_failure() FROM PUBLIC;

ALTER TABLE agent
  ENABLE ALWAYS TRIGGER agent_status_stays,
  ENABLE ALWAYS TRIGGER agent_stays,
  ENABLE ALWAYS TRIGGER agent_container_stays,
  ENABLE ALWAYS TRIGGER agent_insert_failure,
  ENABLE ALWAYS TRIGGER agent_update_failure,
  ENABLE ALWAYS TRIGGER agent_is_kept,
  ENABLE ALWAYS TRIGGER agent_before_capture_release;
ALTER TABLE watched_repo ENABLE ALWAYS TRIGGER watched_repo_agent_check;
ALTER TABLE token ENABLE ALWAYS TRIGGER token_agent_check;
ALTER TABLE session
  ENABLE ALWAYS TRIGGER session_insert_agent_check,
  ENABLE ALWAYS TRIGGER session_update_agent_check;
-- <<< prisma/sql/rule/agent.sql

-- >>> prisma/sql/rule/pull_request.sql
CREATE OR REPLACE TRIGGER pull_request_touch BEFORE UPDATE ON pull_request
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER pull_request_stays BEFORE UPDATE ON pull_request
  FOR EACH ROW WHEN ((OLD.id, OLD.organization_id) IS DISTINCT FROM (NEW.id, NEW.organization_id))
  EXECUTE FUNCTION refuse('a pull request stays in its organization');

CREATE OR REPLACE TRIGGER pull_request_is_kept BEFORE DELETE OR TRUNCATE ON pull_request
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('pull requests are kept');

-- The project follows the session, and so do the user that spawned it and its agent. After a release they stay, so that the
-- pull request is still found there.
CREATE OR REPLACE FUNCTION place_pull_request() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  NEW.released_at := NULL;
  SELECT s.project_id, s.spawned_by_id, s.agent_id INTO NEW.project_id, NEW.spawned_by_id, NEW.agent_id
    FROM session s WHERE s.id = NEW.session_id;
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER pull_request_insert_project BEFORE INSERT ON pull_request
  FOR EACH ROW WHEN (NEW.session_id IS NOT NULL) EXECUTE FUNCTION place_pull_request();
CREATE OR REPLACE TRIGGER pull_request_update_project BEFORE UPDATE ON pull_request
  FOR EACH ROW WHEN (
    NEW.session_id IS NOT NULL
    AND (OLD.session_id, OLD.project_id, OLD.spawned_by_id, OLD.agent_id) IS DISTINCT FROM
        (NEW.session_id, NEW.project_id, NEW.spawned_by_id, NEW.agent_id)
  )
  EXECUTE FUNCTION place_pull_request();

CREATE OR REPLACE FUNCTION record_pull_request_release() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.released_at := pg_catalog.now();
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER pull_request_insert_release BEFORE INSERT ON pull_request
  FOR EACH ROW WHEN (NEW.session_id IS NULL) EXECUTE FUNCTION record_pull_request_release();
CREATE OR REPLACE TRIGGER pull_request_update_release BEFORE UPDATE ON pull_request
  FOR EACH ROW WHEN (NEW.session_id IS NULL AND OLD.session_id IS NOT NULL) EXECUTE FUNCTION record_pull_request_release();

-- What is over has nothing in its way: whether a merged or closed pull request could be merged is no question any more.
CREATE OR REPLACE FUNCTION clear_merge_obstacles() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.mergeability := 'UNKNOWN';
  NEW.awaits_approval := false;
  NEW.is_in_merge_queue := false;
  NEW.merge_queue_position := NULL;
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER pull_request_is_over BEFORE INSERT OR UPDATE ON pull_request
  FOR EACH ROW WHEN (NEW.state IN ('MERGED', 'CLOSED')) EXECUTE FUNCTION clear_merge_obstacles();

-- The reasons for which a pull request cannot be merged as it is, in the order in which the API returns them. The trigger
-- fires after pull_request_is_over: a pull request that is over has none.
CREATE OR REPLACE FUNCTION keep_mergeability_reasons() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF NEW.state IN ('MERGED', 'CLOSED') OR NEW.mergeability IN ('MERGEABLE', 'UNKNOWN') THEN
    NEW.mergeability_reasons := '{}';
    RETURN NEW;
  END IF;
  NEW.mergeability_reasons := array_remove(ARRAY[
    CASE WHEN NEW.mergeability = 'CONFLICTING'            THEN 'CONFLICTS' END,
    CASE WHEN NEW.merge_state_status = 'BEHIND'           THEN 'BEHIND_BASE' END,
    CASE WHEN NEW.is_draft                                THEN 'DRAFT' END,
    CASE WHEN NEW.ci_state = 'FAILING'                    THEN 'CI_FAILING' END,
    CASE WHEN NEW.review_decision = 'CHANGES_REQUESTED'   THEN 'CHANGES_REQUESTED' END,
    CASE WHEN NEW.review_decision = 'REVIEW_REQUIRED'     THEN 'REVIEW_REQUIRED' END
  ]::mergeability_reason[], NULL);
  IF NEW.mergeability_reasons = '{}' AND NEW.mergeability = 'BLOCKED' THEN
    NEW.mergeability_reasons := '{BLOCKED_BY_PROVIDER}';
  END IF;
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER pull_request_reasons BEFORE INSERT OR UPDATE ON pull_request
  FOR EACH ROW EXECUTE FUNCTION keep_mergeability_reasons();

-- Only a WORKER session in a project with a repository holds pull requests. The rule is checked when a session gets a
-- pull request, and when a session or project that has pull requests changes its kind. The check locks the session, so
-- that its kind cannot change at the same time.
CREATE OR REPLACE FUNCTION keep_pull_requests_with_workers() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  is_held boolean;
BEGIN
  CASE TG_TABLE_NAME
    WHEN 'pull_request' THEN
      PERFORM FROM session s WHERE s.id = NEW.session_id FOR SHARE;
      is_held := EXISTS (
        SELECT FROM session s JOIN project p ON p.id = s.project_id
         WHERE s.id = NEW.session_id AND (s.kind = 'ORCHESTRATOR' OR p.kind = 'SCRATCH')
      );
    WHEN 'session' THEN
      is_held := EXISTS (SELECT FROM pull_request r WHERE r.session_id = NEW.id);
    WHEN 'project' THEN
      is_held := EXISTS (SELECT FROM pull_request r JOIN session s ON s.id = r.session_id WHERE s.project_id = NEW.id);
  END CASE;
  IF is_held THEN
    RAISE EXCEPTION 'An orchestrator, or a session of a scratch project, holds no pull requests.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'pull_request_holder_check', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER pull_request_insert_holder_check AFTER INSERT ON pull_request
  FOR EACH ROW WHEN (NEW.session_id IS NOT NULL) EXECUTE FUNCTION keep_pull_requests_with_workers();
CREATE OR REPLACE TRIGGER pull_request_update_holder_check AFTER UPDATE ON pull_request
  FOR EACH ROW WHEN (NEW.session_id IS NOT NULL AND OLD.session_id IS DISTINCT FROM NEW.session_id)
  EXECUTE FUNCTION keep_pull_requests_with_workers();
CREATE OR REPLACE TRIGGER session_holder_check AFTER UPDATE ON session
  FOR EACH ROW WHEN (NEW.kind = 'ORCHESTRATOR' AND OLD.kind <> 'ORCHESTRATOR')
  EXECUTE FUNCTION keep_pull_requests_with_workers();
CREATE OR REPLACE TRIGGER project_holder_check AFTER UPDATE ON project
  FOR EACH ROW WHEN (NEW.kind = 'SCRATCH' AND OLD.kind <> 'SCRATCH')
  EXECUTE FUNCTION keep_pull_requests_with_workers();

-- Terminates a session whose merge policy asks for it, once none of its pull requests is open and at least one was
-- merged. The transaction that records the merge also terminates the session. The trigger locks the session first: of
-- two concurrent merges, the second sees the first.
CREATE OR REPLACE FUNCTION terminate_session_on_merge() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  PERFORM FROM session s WHERE s.id = NEW.session_id FOR NO KEY UPDATE;
  UPDATE session s SET is_terminated = true, activity_state = 'EXITED', activity_last_at = now()
   WHERE s.id = NEW.session_id AND s.terminate_on_pr_merge AND NOT s.is_terminated
     AND EXISTS (SELECT FROM pull_request p WHERE p.session_id = s.id AND p.state = 'MERGED')
     AND NOT EXISTS (SELECT FROM pull_request p WHERE p.session_id = s.id AND p.state IN ('OPEN', 'DRAFT'));
  RETURN NULL;
END
$$;

-- PostgreSQL fires triggers in the order of their names. This one fires after the capture, so that the feed delivers the
-- merge before the termination of the session.
CREATE OR REPLACE TRIGGER pull_request_update_terminate AFTER UPDATE ON pull_request
  FOR EACH ROW WHEN (NEW.session_id IS NOT NULL AND OLD.state <> NEW.state AND NEW.state IN ('MERGED', 'CLOSED'))
  EXECUTE FUNCTION terminate_session_on_merge();

REVOKE EXECUTE ON FUNCTION
  place_pull_request(), keep_pull_requests_with_workers(), terminate_session_on_merge(), clear_merge_obstacles(),
  keep_mergeability_reasons(), record_pull_request_release() FROM PUBLIC;

ALTER TABLE pull_request
  ENABLE ALWAYS TRIGGER pull_request_stays,
  ENABLE ALWAYS TRIGGER pull_request_is_kept,
  ENABLE ALWAYS TRIGGER pull_request_insert_project,
  ENABLE ALWAYS TRIGGER pull_request_update_project,
  ENABLE ALWAYS TRIGGER pull_request_insert_release,
  ENABLE ALWAYS TRIGGER pull_request_update_release,
  ENABLE ALWAYS TRIGGER pull_request_is_over,
  ENABLE ALWAYS TRIGGER pull_request_reasons,
  ENABLE ALWAYS TRIGGER pull_request_insert_holder_check,
  ENABLE ALWAYS TRIGGER pull_request_update_holder_check,
  ENABLE ALWAYS TRIGGER pull_request_update_terminate;
ALTER TABLE session ENABLE ALWAYS TRIGGER session_holder_check;
ALTER TABLE project ENABLE ALWAYS TRIGGER project_holder_check;
-- <<< prisma/sql/rule/pull_request.sql

-- >>> prisma/sql/capture/abandoned_pull_request.sql
-- abandoned_pull_request keeps the open pull requests that terminated sessions hold, so that lists of them are pages of an
-- index. Whatever changes the session of a pull request, or its state, or ends a session, writes the standing of each
-- session that it concerns. The trigger fires with that write, and its transaction has locked the standing. So of two
-- concurrent changes, the second sees the first, and no two transactions write the row of one pull request at a time.
CREATE OR REPLACE FUNCTION keep_abandoned_pull_requests() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  DELETE FROM abandoned_pull_request a
   WHERE a.session_id = NEW.session_id
     AND (NEW.lane <> 'ARCHIVE' OR NOT EXISTS (
       SELECT FROM pull_request p
        WHERE p.id = a.pull_request_id AND p.session_id = NEW.session_id AND p.state IN ('DRAFT', 'OPEN')
     ));
  INSERT INTO abandoned_pull_request AS a
    (pull_request_id, organization_id, session_id, project_id, spawned_by_id, agent_id, since)
  SELECT p.id, NEW.organization_id, NEW.session_id, NEW.project_id, NEW.spawned_by_id, NEW.agent_id,
         NEW.lane_since
    FROM pull_request p
   WHERE p.session_id = NEW.session_id AND p.state IN ('DRAFT', 'OPEN') AND NEW.lane = 'ARCHIVE'
  ON CONFLICT (pull_request_id) DO UPDATE
    SET session_id = excluded.session_id, project_id = excluded.project_id, spawned_by_id = excluded.spawned_by_id,
        agent_id = excluded.agent_id, since = excluded.since
   WHERE (a.session_id, a.since) IS DISTINCT FROM (excluded.session_id, excluded.since);
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes with the owner's rights.
REVOKE EXECUTE ON FUNCTION keep_abandoned_pull_requests() FROM PUBLIC;

CREATE OR REPLACE TRIGGER session_standing_abandon AFTER UPDATE ON session_standing
  FOR EACH ROW WHEN ('ARCHIVE' IN (OLD.lane, NEW.lane)) EXECUTE FUNCTION keep_abandoned_pull_requests();

ALTER TABLE session_standing ENABLE ALWAYS TRIGGER session_standing_abandon;
-- <<< prisma/sql/capture/abandoned_pull_request.sql

-- >>> prisma/sql/capture/agent.sql
-- agent → AGENT_CREATED, AGENT_UPDATED, AGENT_OFFBOARDED
CREATE OR REPLACE FUNCTION capture_agent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.description     IS DISTINCT FROM OLD.description     THEN 'description' END,
      CASE WHEN NEW.failed_at       IS DISTINCT FROM OLD.failed_at       THEN 'failedAt' END,
      CASE WHEN NEW.failure         IS DISTINCT FROM OLD.failure         THEN 'failure' END,
      CASE WHEN NEW.name            IS DISTINCT FROM OLD.name            THEN 'name' END,
      CASE WHEN NEW.offboard_reason IS DISTINCT FROM OLD.offboard_reason THEN 'offboardReason' END,
      CASE WHEN NEW.offboarded_at   IS DISTINCT FROM OLD.offboarded_at   THEN 'offboardedAt' END,
      CASE WHEN NEW.role            IS DISTINCT FROM OLD.role            THEN 'role' END,
      CASE WHEN NEW.status          IS DISTINCT FROM OLD.status          THEN 'status' END,
      CASE WHEN NEW.workspace_id    IS DISTINCT FROM OLD.workspace_id    THEN 'workspace' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'AGENT_CREATED'
      WHEN OLD.status <> 'STOPPED' AND NEW.status = 'STOPPED' THEN 'AGENT_OFFBOARDED'
      ELSE 'AGENT_UPDATED'
    END,
    'Agent', NEW.id, array_remove(ARRAY[NEW.id, NEW.hired_by_id, NEW.workspace_id], NULL),
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('Agent', NEW.id),
      'name', NEW.name,
      'role', NEW.role,
      'description', NEW.description,
      'status', NEW.status,
      'workspace', global_id('Workspace', NEW.workspace_id),
      'hiredBy', global_id('User', NEW.hired_by_id),
      'hiredAt', date_time(NEW.hired_at),
      'offboardedAt', date_time(NEW.offboarded_at),
      'offboardReason', NEW.offboard_reason,
      'failedAt', date_time(NEW.failed_at),
      'failure', NEW.failure,
      'updatedAt', date_time(NEW.updated_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_agent() FROM PUBLIC;

CREATE OR REPLACE TRIGGER agent_capture AFTER INSERT OR UPDATE ON agent
  FOR EACH ROW EXECUTE FUNCTION capture_agent();

ALTER TABLE agent ENABLE ALWAYS TRIGGER agent_capture;
-- <<< prisma/sql/capture/agent.sql

-- >>> prisma/sql/capture/session_standing.sql
-- session_standing keeps what the view session_status derives. The transaction that causes a change of a standing also
-- writes it, together with a SESSION_UPDATED that comes after its cause.
--
-- A trigger on each cause notes in standing_due what the transaction must derive, and locks nothing. When the transaction
-- commits, a deferred trigger locks the noted standings in the order of their ids, and then derives them in statements of
-- their own. Of two transactions that change the standing of one session, the second waits for the first and sees its
-- writes. Only that trigger locks standings, and it locks nothing after them. So writers cannot deadlock over them, in
-- whatever order they lock sessions and pull requests.
--
-- Under REPEATABLE READ, the second transaction could not see the writes of the first. A standing is therefore written
-- even when it stays the same: the second transaction fails with a serialization error.
CREATE OR REPLACE FUNCTION begin_standing(s session) RETURNS session_standing
LANGUAGE plpgsql VOLATILE
  SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
  standing session_standing;
BEGIN
  INSERT INTO session_standing (
    session_id, organization_id, project_id, agent_id, kind, created_at, spawned_by_id,
    display_status, scm_status, lane, urgency, status_since, lane_since
  )
  SELECT s.id, s.organization_id, s.project_id, s.agent_id, s.kind, s.created_at, s.spawned_by_id,
         rule.display_status, rule.scm_status, rule.lane, rule.urgency, now(), now()
    FROM session_status rule WHERE rule.session_id = s.id
  RETURNING * INTO standing;
  RETURN standing;
END
$$;

CREATE OR REPLACE FUNCTION note_standing_of_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO standing_due (subject, subject_id) VALUES ('SESSION', NEW.id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION note_standing_of_pull_request() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO standing_due (subject, subject_id)
  SELECT 'SESSION'::standing_subject, held.session_id
    FROM (VALUES (NEW.session_id), (OLD.session_id)) AS held (session_id)
   WHERE held.session_id IS NOT NULL
   UNION ALL
  SELECT 'PULL_REQUEST', NEW.id WHERE TG_OP = 'UPDATE' AND NEW.session_id IS DISTINCT FROM OLD.session_id
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION note_standing_of_review_thread() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO standing_due (subject, subject_id) VALUES ('PULL_REQUEST', NEW.pull_request_id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;

-- Derives everything that the transaction has noted. It fires for each note, and all but the first find theirs done. They
-- look for theirs by its key: a search for any note would pass over all that the transaction has deleted.
--
-- Planning the rule takes longer than the derivation, so a connection plans it once. The indexes always fit, but the plan
-- may be made while the tables are small or their statistics old: without sequential scans, it stays right when they grow.
CREATE OR REPLACE FUNCTION derive_standings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
  sessions uuid[];
  pull_requests uuid[];
  reviewed uuid[];
  discussed uuid[];
BEGIN
  IF NOT EXISTS (
    SELECT FROM standing_due d WHERE (d.xid, d.subject, d.subject_id) = (NEW.xid, NEW.subject, NEW.subject_id)
  ) THEN
    RETURN NULL;
  END IF;

  WITH due AS (
    DELETE FROM standing_due WHERE xid = pg_current_xact_id() RETURNING subject, subject_id
  )
  SELECT array_agg(subject_id) FILTER (WHERE subject = 'SESSION'),
         array_agg(subject_id) FILTER (WHERE subject = 'PULL_REQUEST'),
         array_agg(subject_id) FILTER (WHERE subject = 'LATEST_REVIEWS'),
         array_agg(subject_id) FILTER (WHERE subject = 'UNRESOLVED_BY')
    INTO sessions, pull_requests, reviewed, discussed
    FROM due;
  IF num_nonnulls(reviewed, discussed) > 0 THEN
    PERFORM tell_pull_request_summaries(reviewed, discussed);
  END IF;
  IF num_nonnulls(sessions, pull_requests) = 0 THEN
    RETURN NULL;
  END IF;

  -- A review thread counts for the session that holds its pull request, but a change of the thread does not lock the pull
  -- request. Without this lock, a concurrent takeover would not see the thread, and this transaction would derive the
  -- session that held the pull request before. The lock is one of 256, so that a transaction with many threads takes no
  -- more.
  IF pull_requests IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtext('muster.session_standing'), part)
       FROM (SELECT DISTINCT hashtext(id::text) & 255 AS part FROM unnest(pull_requests) AS id ORDER BY part) parts;
    sessions := sessions || ARRAY(SELECT p.session_id FROM pull_request p WHERE p.id = ANY (pull_requests));
  END IF;

  PERFORM FROM session_standing k WHERE k.session_id = ANY (sessions) ORDER BY k.session_id FOR NO KEY UPDATE;

  WITH derived AS MATERIALIZED (
    SELECT
      k.session_id, s.kind, s.created_at, rule.display_status, rule.scm_status, rule.lane, rule.urgency,
      array_remove(ARRAY[
        CASE WHEN rule.display_status <> k.display_status         THEN 'displayStatus' END,
        CASE WHEN rule.lane <> k.lane                             THEN 'lane' END,
        CASE WHEN rule.lane <> k.lane                             THEN 'laneSince' END,
        CASE WHEN rule.scm_status IS DISTINCT FROM k.scm_status   THEN 'scmStatus' END,
        CASE WHEN rule.display_status <> k.display_status         THEN 'statusSince' END
      ], NULL) AS changed,
      -- The feed orders transactions by their last changes. Another transaction has changed the standing after the last
      -- change of this one, so only a new change of this one can come after that.
      EXISTS (
        SELECT FROM change_outbox o
         WHERE o.xid = k.xid AND k.xid <> pg_current_xact_id()
           AND o.id > (SELECT max(own.id) FROM change_outbox own WHERE own.xid = pg_current_xact_id())
      ) AS is_overtaken
    FROM session_standing k
    JOIN session s ON s.id = k.session_id
    JOIN session_status rule ON rule.session_id = k.session_id
    WHERE k.session_id = ANY (sessions)
  ), written AS (
    UPDATE session_standing k
       SET kind = d.kind, created_at = d.created_at,
           display_status = d.display_status, scm_status = d.scm_status, lane = d.lane, urgency = d.urgency,
           status_since = CASE WHEN d.display_status = k.display_status THEN k.status_since ELSE greatest(k.status_since, now()) END,
           lane_since = CASE WHEN d.lane = k.lane THEN k.lane_since ELSE greatest(k.lane_since, now()) END,
           xid = pg_current_xact_id()
      FROM derived d
     WHERE d.session_id = k.session_id
    RETURNING k.session_id, k AS standing, d.changed, d.is_overtaken
  ), own_event AS (
    SELECT DISTINCT ON (o.entity_id) o.entity_id AS session_id, o.id, o.type
      FROM change_outbox o
     WHERE o.xid = pg_current_xact_id() AND o.entity_type = 'Session'
     ORDER BY o.entity_id, o.id DESC
  ), last_cause AS (
    SELECT subject AS session_id, max(o.id) AS id
      FROM change_outbox o, unnest(o.subjects) AS subject
     WHERE o.xid = pg_current_xact_id() AND o.entity_type IN ('PullRequest', 'PullRequestReviewThread')
     GROUP BY subject
  ), event AS (
    -- The transaction's own event of the session tells the new standing, unless a cause comes after the event.
    SELECT
      w.*, s AS session, o.id,
      o.type = 'SESSION_CREATED' OR o.id > coalesce(c.id, 0) AND NOT w.is_overtaken AS tells
    FROM written w
    JOIN session s ON s.id = w.session_id
    LEFT JOIN own_event o ON o.session_id = w.session_id
    LEFT JOIN last_cause c ON c.session_id = w.session_id
  ), told AS (
    UPDATE change_outbox o
       SET payload = jsonb_build_object(
             'changed', CASE WHEN e.tells AND o.type = 'SESSION_UPDATED'
                             THEN (o.payload -> 'changed') - e.changed || to_jsonb(e.changed) ELSE o.payload -> 'changed' END,
             'row', session_image(e.session, e.standing)
           )
      FROM event e
     WHERE o.id = e.id
  )
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload)
  SELECT (e.session).organization_id, 'SESSION_UPDATED', 'Session', e.session_id,
         array_remove(ARRAY[e.session_id, (e.session).project_id, (e.session).agent_id], NULL),
         jsonb_build_object('changed', e.changed, 'row', session_image(e.session, e.standing))
    FROM event e
   WHERE e.changed <> '{}' AND e.tells IS NOT TRUE
   ORDER BY e.session_id;
  RETURN NULL;
END
$$;

-- Only triggers may call them: they write with the owner's rights.
REVOKE EXECUTE ON FUNCTION
  note_standing_of_session(), note_standing_of_pull_request(), note_standing_of_review_thread(), derive_standings()
FROM PUBLIC;

-- The rule compares these times with the clock. No limit is below a minute, so that most reports need no derivation.
-- capture_session notes the other changes.
CREATE OR REPLACE TRIGGER session_standing AFTER UPDATE ON session
  FOR EACH ROW WHEN (
    (OLD.last_heard_at, OLD.activity_last_at) IS DISTINCT FROM (NEW.last_heard_at, NEW.activity_last_at)
    AND least(
      session_heard_at(OLD.last_heard_at, OLD.activity_last_at, OLD.first_signal_at),
      session_heard_at(NEW.last_heard_at, NEW.activity_last_at, NEW.first_signal_at)
    ) < now() - interval '1 min'
  )
  EXECUTE FUNCTION note_standing_of_session();
CREATE OR REPLACE TRIGGER pull_request_insert_standing AFTER INSERT ON pull_request
  FOR EACH ROW EXECUTE FUNCTION note_standing_of_pull_request();
CREATE OR REPLACE TRIGGER pull_request_update_standing AFTER UPDATE ON pull_request
  FOR EACH ROW WHEN (
    (OLD.session_id, OLD.state, OLD.ci_state, OLD.required_ci_state, OLD.mergeability, OLD.review_decision,
     OLD.awaits_approval, OLD.is_in_merge_queue, OLD.is_cross_repository, OLD.host, OLD.repo_owner_key, OLD.repo_name_key,
     OLD.source_branch, OLD.target_branch) IS DISTINCT FROM
    (NEW.session_id, NEW.state, NEW.ci_state, NEW.required_ci_state, NEW.mergeability, NEW.review_decision,
     NEW.awaits_approval, NEW.is_in_merge_queue, NEW.is_cross_repository, NEW.host, NEW.repo_owner_key, NEW.repo_name_key,
     NEW.source_branch, NEW.target_branch)
  )
  EXECUTE FUNCTION note_standing_of_pull_request();
CREATE OR REPLACE TRIGGER pull_request_review_thread_insert_standing AFTER INSERT ON pull_request_review_thread
  FOR EACH ROW EXECUTE FUNCTION note_standing_of_review_thread();
CREATE OR REPLACE TRIGGER pull_request_review_thread_update_standing AFTER UPDATE ON pull_request_review_thread
  FOR EACH ROW WHEN (
    (OLD.is_resolved, OLD.is_bot, OLD.is_by_author, OLD.is_outdated) IS DISTINCT FROM
    (NEW.is_resolved, NEW.is_bot, NEW.is_by_author, NEW.is_outdated)
  )
  EXECUTE FUNCTION note_standing_of_review_thread();

-- PostgreSQL cannot replace a constraint trigger, so it is dropped first.
DROP TRIGGER IF EXISTS standing_due_derive ON standing_due;
CREATE CONSTRAINT TRIGGER standing_due_derive AFTER INSERT ON standing_due
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION derive_standings();

ALTER TABLE session ENABLE ALWAYS TRIGGER session_standing;
ALTER TABLE pull_request
  ENABLE ALWAYS TRIGGER pull_request_insert_standing,
  ENABLE ALWAYS TRIGGER pull_request_update_standing;
ALTER TABLE pull_request_review_thread
  ENABLE ALWAYS TRIGGER pull_request_review_thread_insert_standing,
  ENABLE ALWAYS TRIGGER pull_request_review_thread_update_standing;
ALTER TABLE standing_due ENABLE ALWAYS TRIGGER standing_due_derive;
-- <<< prisma/sql/capture/session_standing.sql

-- >>> prisma/sql/view/needs_me.sql
-- The open pull requests that no live session holds: since the end of the session that holds them, or since the release.
--
-- Each part of the views is one table without a condition of its own, and the condition is a column that the view itself
-- tests. Only then does the planner merge the parts by their indexes, and read no more of each than a page needs. The
-- partial indexes have the same conditions.
DROP VIEW IF EXISTS needs_me;
DROP VIEW IF EXISTS orphaned_pull_request;
CREATE VIEW orphaned_pull_request AS
SELECT pull_request_id, organization_id, project_id, since
  FROM (
    SELECT a.pull_request_id, a.organization_id, a.project_id, a.since, true AS is_orphaned
      FROM abandoned_pull_request a
    UNION ALL
    SELECT p.id, p.organization_id, p.project_id, p.released_at, p.session_id IS NULL AND p.state IN ('DRAFT', 'OPEN')
      FROM pull_request p
  ) each
 WHERE is_orphaned;

COMMENT ON VIEW orphaned_pull_request IS 'The open pull requests that no live session holds, and since when.';

-- What waits for a person, each once. The reason of a session is its status.
CREATE VIEW needs_me AS
SELECT id, organization_id, project_id, begun_by_id, agent_id, subject, reason, since
  FROM (
    SELECT s.session_id AS id, s.organization_id, s.project_id, s.spawned_by_id AS begun_by_id, s.agent_id,
           'Session'::needs_me_subject AS subject, s.display_status::text::needs_me_reason AS reason, s.lane_since AS since,
           s.lane = 'NEEDS_YOU' AS waits
      FROM session_standing s
    UNION ALL
    SELECT a.pull_request_id, a.organization_id, a.project_id, a.spawned_by_id, a.agent_id,
           'PullRequest', 'PULL_REQUEST_ORPHANED', a.since, true
      FROM abandoned_pull_request a
    UNION ALL
    SELECT p.id, p.organization_id, p.project_id, p.spawned_by_id, p.agent_id,
           'PullRequest', 'PULL_REQUEST_ORPHANED', p.released_at, p.session_id IS NULL AND p.state IN ('DRAFT', 'OPEN')
      FROM pull_request p
    UNION ALL
    SELECT a.id, a.organization_id, NULL::uuid, a.hired_by_id, a.id,
           'Agent', 'AGENT_FAILED', a.failed_at, a.status = 'ERROR'
      FROM agent a
  ) each
 WHERE waits;

COMMENT ON VIEW needs_me IS 'What waits for a person: sessions, open pull requests that no live session holds, and failed agents.';
-- <<< prisma/sql/view/needs_me.sql
