-- pull request summaries

-- CreateEnum
CREATE TYPE "mergeability_reason" AS ENUM ('CONFLICTS', 'BEHIND_BASE', 'DRAFT', 'CI_FAILING', 'CHANGES_REQUESTED', 'REVIEW_REQUIRED', 'BLOCKED_BY_PROVIDER');

-- AlterEnum
-- This migration adds more than one value to an enum.
-- With PostgreSQL versions 11 and earlier, this is not possible
-- in a single migration. This can be worked around by creating
-- multiple migrations, each migration adding only one value to
-- the enum.


ALTER TYPE "standing_subject" ADD VALUE 'LATEST_REVIEWS';
ALTER TYPE "standing_subject" ADD VALUE 'UNRESOLVED_BY';

-- AlterTable
ALTER TABLE "pull_request" ADD COLUMN     "mergeability_reasons" "mergeability_reason"[] DEFAULT ARRAY[]::"mergeability_reason"[];

-- The triggers that capture pull requests do not know the column yet, so the feed stays silent.
UPDATE pull_request
   SET mergeability_reasons = CASE
         WHEN reasons = '{}' AND mergeability = 'BLOCKED' THEN ARRAY['BLOCKED_BY_PROVIDER']::mergeability_reason[]
         ELSE reasons
       END
  FROM (
    SELECT id AS of_id, array_remove(ARRAY[
      CASE WHEN mergeability = 'CONFLICTING'          THEN 'CONFLICTS' END,
      CASE WHEN merge_state_status = 'BEHIND'         THEN 'BEHIND_BASE' END,
      CASE WHEN is_draft                              THEN 'DRAFT' END,
      CASE WHEN ci_state = 'FAILING'                  THEN 'CI_FAILING' END,
      CASE WHEN review_decision = 'CHANGES_REQUESTED' THEN 'CHANGES_REQUESTED' END,
      CASE WHEN review_decision = 'REVIEW_REQUIRED'   THEN 'REVIEW_REQUIRED' END
    ]::mergeability_reason[], NULL) AS reasons
      FROM pull_request
     WHERE state IN ('OPEN', 'DRAFT') AND mergeability IN ('CONFLICTING', 'BLOCKED', 'UNSTABLE')
  ) derived
 WHERE id = of_id;

-- >>> prisma/sql/rule/pull_request.sql
CREATE OR REPLACE TRIGGER pull_request_touch BEFORE UPDATE ON pull_request
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER pull_request_stays BEFORE UPDATE ON pull_request
  FOR EACH ROW WHEN ((OLD.id, OLD.organization_id) IS DISTINCT FROM (NEW.id, NEW.organization_id))
  EXECUTE FUNCTION refuse('a pull request stays in its organization');

CREATE OR REPLACE TRIGGER pull_request_is_kept BEFORE DELETE OR TRUNCATE ON pull_request
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('pull requests are kept');

-- The project follows the session. After a release it stays, so that the pull request is still found there.
CREATE OR REPLACE FUNCTION place_pull_request() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  NEW.project_id := (SELECT s.project_id FROM session s WHERE s.id = NEW.session_id);
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER pull_request_insert_project BEFORE INSERT ON pull_request
  FOR EACH ROW WHEN (NEW.session_id IS NOT NULL) EXECUTE FUNCTION place_pull_request();
CREATE OR REPLACE TRIGGER pull_request_update_project BEFORE UPDATE ON pull_request
  FOR EACH ROW WHEN (
    NEW.session_id IS NOT NULL AND (OLD.session_id, OLD.project_id) IS DISTINCT FROM (NEW.session_id, NEW.project_id)
  )
  EXECUTE FUNCTION place_pull_request();

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
  keep_mergeability_reasons() FROM PUBLIC;

ALTER TABLE pull_request
  ENABLE ALWAYS TRIGGER pull_request_stays,
  ENABLE ALWAYS TRIGGER pull_request_is_kept,
  ENABLE ALWAYS TRIGGER pull_request_insert_project,
  ENABLE ALWAYS TRIGGER pull_request_update_project,
  ENABLE ALWAYS TRIGGER pull_request_is_over,
  ENABLE ALWAYS TRIGGER pull_request_reasons,
  ENABLE ALWAYS TRIGGER pull_request_insert_holder_check,
  ENABLE ALWAYS TRIGGER pull_request_update_holder_check,
  ENABLE ALWAYS TRIGGER pull_request_update_terminate;
ALTER TABLE session ENABLE ALWAYS TRIGGER session_holder_check;
ALTER TABLE project ENABLE ALWAYS TRIGGER project_holder_check;
-- <<< prisma/sql/rule/pull_request.sql

-- >>> prisma/sql/capture/pull_request.sql
-- pull_request → PR_CREATED, PR_SESSION_CHANGED, PR_UPDATED
-- In PL/pgSQL, because PostgreSQL before 18 plans a SQL function anew in each statement that calls it.
CREATE OR REPLACE FUNCTION pull_request_image(p pull_request) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN jsonb_build_object(
    'id', global_id('PullRequest', p.id),
    'repo', repo_image(p.repo_owner, p.repo_name),
    'url', p.url,
    'number', p.number,
    'title', nullif(p.title, ''),
    'author', nullif(p.author, ''),
    'sourceBranch', nullif(p.source_branch, ''),
    'sourceRepo', CASE WHEN p.source_repo_name <> '' THEN repo_image(p.source_repo_owner, p.source_repo_name) END,
    'isCrossRepository', p.is_cross_repository,
    'targetBranch', nullif(p.target_branch, ''),
    'isDraft', p.is_draft,
    'state', p.state,
    'ciState', p.ci_state,
    'requiredCiState', p.required_ci_state,
    'awaitsApproval', p.awaits_approval,
    'reviewDecision', p.review_decision,
    'mergeability', p.mergeability,
    'mergeabilityReasons', p.mergeability_reasons,
    'isInMergeQueue', p.is_in_merge_queue,
    'mergeQueuePosition', p.merge_queue_position,
    'unreadable', p.unreadable,
    'headSha', nullif(p.head_sha, ''),
    'additions', p.additions,
    'deletions', p.deletions,
    'changedFiles', p.changed_files,
    'session', global_id('Session', p.session_id),
    'project', global_id('Project', p.project_id),
    'mergedAt', date_time(p.merged_at),
    'closedAt', date_time(p.closed_at),
    'createdAt', date_time(p.created_at),
    'stateChangedAt', date_time(p.state_changed_at),
    'observedAt', date_time(p.observed_at),
    'updatedAt', date_time(p.updated_at)
  );
END
$$;

CREATE OR REPLACE FUNCTION capture_pull_request() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
  image jsonb;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.additions        IS DISTINCT FROM OLD.additions        THEN 'additions' END,
      CASE WHEN NEW.author           IS DISTINCT FROM OLD.author           THEN 'author' END,
      CASE WHEN NEW.awaits_approval  IS DISTINCT FROM OLD.awaits_approval  THEN 'awaitsApproval' END,
      CASE WHEN NEW.changed_files    IS DISTINCT FROM OLD.changed_files    THEN 'changedFiles' END,
      CASE WHEN NEW.ci_state         IS DISTINCT FROM OLD.ci_state         THEN 'ciState' END,
      CASE WHEN NEW.closed_at        IS DISTINCT FROM OLD.closed_at        THEN 'closedAt' END,
      CASE WHEN NEW.created_at       IS DISTINCT FROM OLD.created_at       THEN 'createdAt' END,
      CASE WHEN NEW.deletions        IS DISTINCT FROM OLD.deletions        THEN 'deletions' END,
      CASE WHEN NEW.head_sha         IS DISTINCT FROM OLD.head_sha         THEN 'headSha' END,
      CASE WHEN NEW.is_cross_repository IS DISTINCT FROM OLD.is_cross_repository THEN 'isCrossRepository' END,
      CASE WHEN NEW.is_draft         IS DISTINCT FROM OLD.is_draft         THEN 'isDraft' END,
      CASE WHEN NEW.is_in_merge_queue IS DISTINCT FROM OLD.is_in_merge_queue THEN 'isInMergeQueue' END,
      CASE WHEN NEW.mergeability     IS DISTINCT FROM OLD.mergeability     THEN 'mergeability' END,
      CASE WHEN NEW.merged_at        IS DISTINCT FROM OLD.merged_at        THEN 'mergedAt' END,
      CASE WHEN NEW.mergeability_reasons IS DISTINCT FROM OLD.mergeability_reasons THEN 'mergeabilityReasons' END,
      CASE WHEN NEW.merge_queue_position IS DISTINCT FROM OLD.merge_queue_position THEN 'mergeQueuePosition' END,
      CASE WHEN NEW.number           IS DISTINCT FROM OLD.number           THEN 'number' END,
      CASE WHEN NEW.project_id       IS DISTINCT FROM OLD.project_id       THEN 'project' END,
      CASE WHEN (NEW.repo_owner, NEW.repo_name) IS DISTINCT FROM (OLD.repo_owner, OLD.repo_name) THEN 'repo' END,
      CASE WHEN NEW.required_ci_state IS DISTINCT FROM OLD.required_ci_state THEN 'requiredCiState' END,
      CASE WHEN NEW.review_decision  IS DISTINCT FROM OLD.review_decision  THEN 'reviewDecision' END,
      CASE WHEN NEW.session_id       IS DISTINCT FROM OLD.session_id       THEN 'session' END,
      CASE WHEN NEW.source_branch    IS DISTINCT FROM OLD.source_branch    THEN 'sourceBranch' END,
      CASE WHEN (NEW.source_repo_owner, NEW.source_repo_name) IS DISTINCT FROM (OLD.source_repo_owner, OLD.source_repo_name)
           THEN 'sourceRepo' END,
      CASE WHEN NEW.state            IS DISTINCT FROM OLD.state            THEN 'state' END,
      CASE WHEN NEW.state_changed_at IS DISTINCT FROM OLD.state_changed_at THEN 'stateChangedAt' END,
      CASE WHEN NEW.target_branch    IS DISTINCT FROM OLD.target_branch    THEN 'targetBranch' END,
      CASE WHEN NEW.title            IS DISTINCT FROM OLD.title            THEN 'title' END,
      CASE WHEN NEW.unreadable       IS DISTINCT FROM OLD.unreadable       THEN 'unreadable' END,
      CASE WHEN NEW.url              IS DISTINCT FROM OLD.url              THEN 'url' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  image := pull_request_image(NEW);
  -- A change of the session is an event of its own, delivered to the subscribers of both sessions, of their projects and
  -- of their agents. The other changes are a second event, delivered to those of the new session.
  IF 'session' = ANY (changed) THEN
    INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
      NEW.organization_id, 'PR_SESSION_CHANGED', 'PullRequest', NEW.id,
      NEW.id || session_subjects(NEW.session_id, NEW.project_id) || session_subjects(OLD.session_id, OLD.project_id),
      jsonb_build_object(
        'changed', array_remove(ARRAY[CASE WHEN 'project' = ANY (changed) THEN 'project' END, 'session'], NULL), 'row', image,
        'from', global_id('Session', OLD.session_id), 'to', global_id('Session', NEW.session_id)
      )
    );
    changed := array_remove(array_remove(changed, 'session'), 'project');
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id, CASE TG_OP WHEN 'INSERT' THEN 'PR_CREATED' ELSE 'PR_UPDATED' END, 'PullRequest', NEW.id,
    NEW.id || session_subjects(NEW.session_id, NEW.project_id),
    jsonb_build_object('changed', changed, 'row', image)
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_pull_request() FROM PUBLIC;

CREATE OR REPLACE TRIGGER pull_request_capture AFTER INSERT OR UPDATE ON pull_request
  FOR EACH ROW EXECUTE FUNCTION capture_pull_request();

ALTER TABLE pull_request ENABLE ALWAYS TRIGGER pull_request_capture;
-- <<< prisma/sql/capture/pull_request.sql

-- >>> prisma/sql/capture/pull_request_summary.sql
-- Captures changes of what the views latest_review and unresolved_reviewer show. PR_UPDATED names `latestReviews` or
-- `unresolvedBy`.
--
-- Triggers on reviews, threads and comments note the pull request in standing_due. When the transaction commits, its own
-- PR_UPDATED of the pull request names the fields, or a new one does. A PR_CREATED says it already.
CREATE OR REPLACE FUNCTION tell_pull_request_summaries(reviewed uuid[], discussed uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  WITH due AS (
    SELECT noted.id, array_agg(noted.field ORDER BY noted.field) AS fields
      FROM (
        SELECT id, 'latestReviews' AS field FROM unnest(reviewed) AS id
         UNION ALL
        SELECT id, 'unresolvedBy' FROM unnest(discussed) AS id
      ) noted
     GROUP BY noted.id
  ), own_event AS (
    SELECT DISTINCT ON (o.entity_id) o.entity_id, o.id, o.type
      FROM change_outbox o
     WHERE o.xid = pg_current_xact_id() AND o.type IN ('PR_CREATED', 'PR_UPDATED')
     ORDER BY o.entity_id, o.id DESC
  ), named AS (
    UPDATE change_outbox o
       SET payload = jsonb_set(o.payload, '{changed}', (o.payload -> 'changed') - due.fields || to_jsonb(due.fields))
      FROM own_event JOIN due ON due.id = own_event.entity_id
     WHERE o.id = own_event.id AND own_event.type = 'PR_UPDATED'
  )
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload)
  SELECT p.organization_id, 'PR_UPDATED', 'PullRequest', p.id, p.id || session_subjects(p.session_id, p.project_id),
         jsonb_build_object('changed', due.fields, 'row', pull_request_image(p))
    FROM due
    JOIN pull_request p ON p.id = due.id
   WHERE NOT EXISTS (SELECT FROM own_event WHERE own_event.entity_id = p.id)
   ORDER BY p.id;
END
$$;

-- The reviews also have the page that unresolvedBy links to.
CREATE OR REPLACE FUNCTION note_review() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  of_pull_request CONSTANT uuid := coalesce(NEW.pull_request_id, OLD.pull_request_id);
BEGIN
  INSERT INTO standing_due (subject, subject_id)
  SELECT 'LATEST_REVIEWS'::standing_subject, of_pull_request
   WHERE NEW.state IN ('APPROVED', 'CHANGES_REQUESTED') OR OLD.state IN ('APPROVED', 'CHANGES_REQUESTED')
   UNION ALL
  SELECT 'UNRESOLVED_BY', of_pull_request
   WHERE EXISTS (SELECT FROM pull_request_review_thread t WHERE t.pull_request_id = of_pull_request AND NOT t.is_resolved)
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION note_discussion() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO standing_due (subject, subject_id)
  VALUES ('UNRESOLVED_BY', coalesce(NEW.pull_request_id, OLD.pull_request_id)) ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;

-- Only triggers may call them: they write with the owner's rights.
REVOKE EXECUTE ON FUNCTION tell_pull_request_summaries(uuid[], uuid[]), note_review(), note_discussion() FROM PUBLIC;

CREATE OR REPLACE TRIGGER pull_request_review_added AFTER INSERT OR DELETE ON pull_request_review
  FOR EACH ROW EXECUTE FUNCTION note_review();
CREATE OR REPLACE TRIGGER pull_request_review_changed AFTER UPDATE ON pull_request_review
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION note_review();
CREATE OR REPLACE TRIGGER pull_request_review_thread_opened AFTER INSERT ON pull_request_review_thread
  FOR EACH ROW WHEN (NOT NEW.is_resolved) EXECUTE FUNCTION note_discussion();
CREATE OR REPLACE TRIGGER pull_request_review_thread_changed AFTER UPDATE ON pull_request_review_thread
  FOR EACH ROW WHEN (
    NOT (OLD.is_resolved AND NEW.is_resolved)
    AND (OLD.is_resolved, OLD.is_bot, OLD.is_by_author, OLD.is_outdated, OLD.path, OLD.line) IS DISTINCT FROM
        (NEW.is_resolved, NEW.is_bot, NEW.is_by_author, NEW.is_outdated, NEW.path, NEW.line)
  )
  EXECUTE FUNCTION note_discussion();
-- The first comment of a thread names its reviewer and its page. That of a new thread is noted with the thread.
CREATE OR REPLACE TRIGGER pull_request_review_comment_changed AFTER UPDATE ON pull_request_review_comment
  FOR EACH ROW WHEN (
    (OLD.thread_id, OLD.author, OLD.url, OLD.is_bot, OLD.position) IS DISTINCT FROM
    (NEW.thread_id, NEW.author, NEW.url, NEW.is_bot, NEW.position)
  )
  EXECUTE FUNCTION note_discussion();
CREATE OR REPLACE TRIGGER pull_request_review_comment_gone AFTER DELETE ON pull_request_review_comment
  FOR EACH ROW EXECUTE FUNCTION note_discussion();

ALTER TABLE pull_request_review
  ENABLE ALWAYS TRIGGER pull_request_review_added,
  ENABLE ALWAYS TRIGGER pull_request_review_changed;
ALTER TABLE pull_request_review_thread
  ENABLE ALWAYS TRIGGER pull_request_review_thread_opened,
  ENABLE ALWAYS TRIGGER pull_request_review_thread_changed;
ALTER TABLE pull_request_review_comment
  ENABLE ALWAYS TRIGGER pull_request_review_comment_changed,
  ENABLE ALWAYS TRIGGER pull_request_review_comment_gone;
-- <<< prisma/sql/capture/pull_request_summary.sql

-- >>> prisma/sql/capture/session.sql
-- session → SESSION_CREATED, SESSION_UPDATED, SESSION_DELETED
--
-- The image includes the standing of the session (session_standing.sql). A deleted session has none any more.
CREATE OR REPLACE FUNCTION session_image(s session, standing session_standing) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
BEGIN
RETURN jsonb_build_object(
  'id', global_id('Session', s.id),
  'num', s.num,
  'name', (SELECT p.slug FROM project p WHERE p.id = s.project_id) || '-' || s.num,
  'displayName', s.display_name,
  'kind', s.kind,
  'project', global_id('Project', s.project_id),
  'agent', global_id('Agent', s.agent_id),
  'activityState', s.activity_state,
  'activityLastAt', date_time(s.activity_last_at),
  'firstSignalAt', date_time(s.first_signal_at),
  'noSignalAt', date_time(s.no_signal_at),
  'severeSilenceAt', date_time(s.severe_silence_at),
  'lastHeardAt', date_time(s.last_heard_at),
  'launchId', s.launch_id,
  'isTerminated', s.is_terminated,
  'terminatedAt', date_time(s.terminated_at),
  'terminatedBy', actor_image(s.terminated_by_kind, s.terminated_by_name),
  'spawnedBy', actor_image(s.spawned_by_kind, s.spawned_by_name),
  'mergePolicy', jsonb_build_object('terminateOnPrMerge', s.terminate_on_pr_merge),
  'branch', nullif(s.branch, ''),
  'executionWorkspace', global_id('ExecutionWorkspace', s.execution_workspace_id),
  'createdAt', date_time(s.created_at),
  'updatedAt', date_time(s.updated_at)
) || CASE WHEN standing.session_id IS NULL THEN '{}' ELSE jsonb_build_object(
  'displayStatus', standing.display_status,
  'statusSince', date_time(standing.status_since),
  'scmStatus', standing.scm_status,
  'lane', standing.lane,
  'laneSince', date_time(standing.lane_since)
) END;
END
$$;

CREATE OR REPLACE FUNCTION capture_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  s session;
  standing session_standing;
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'DELETE' THEN s := OLD; ELSE s := NEW; END IF;
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.activity_state        IS DISTINCT FROM OLD.activity_state        THEN 'activityState' END,
      CASE WHEN NEW.branch                IS DISTINCT FROM OLD.branch                THEN 'branch' END,
      CASE WHEN NEW.created_at            IS DISTINCT FROM OLD.created_at            THEN 'createdAt' END,
      CASE WHEN NEW.display_name          IS DISTINCT FROM OLD.display_name          THEN 'displayName' END,
      CASE WHEN NEW.execution_workspace_id IS DISTINCT FROM OLD.execution_workspace_id THEN 'executionWorkspace' END,
      CASE WHEN NEW.first_signal_at       IS DISTINCT FROM OLD.first_signal_at       THEN 'firstSignalAt' END,
      CASE WHEN NEW.is_terminated         IS DISTINCT FROM OLD.is_terminated         THEN 'isTerminated' END,
      CASE WHEN NEW.kind                  IS DISTINCT FROM OLD.kind                  THEN 'kind' END,
      CASE WHEN NEW.launch_id             IS DISTINCT FROM OLD.launch_id             THEN 'launchId' END,
      CASE WHEN NEW.terminate_on_pr_merge IS DISTINCT FROM OLD.terminate_on_pr_merge THEN 'mergePolicy' END,
      CASE WHEN NEW.no_signal_at          IS DISTINCT FROM OLD.no_signal_at          THEN 'noSignalAt' END,
      CASE WHEN NEW.severe_silence_at     IS DISTINCT FROM OLD.severe_silence_at     THEN 'severeSilenceAt' END,
      CASE WHEN NEW.terminated_at         IS DISTINCT FROM OLD.terminated_at         THEN 'terminatedAt' END,
      CASE WHEN (NEW.terminated_by_kind, NEW.terminated_by_id, NEW.terminated_by_name) IS DISTINCT FROM
                (OLD.terminated_by_kind, OLD.terminated_by_id, OLD.terminated_by_name) THEN 'terminatedBy' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
    -- Also for a change that the standing does not depend on: the event shows it, and another transaction may be about
    -- to change it.
    INSERT INTO standing_due (subject, subject_id) VALUES ('SESSION', NEW.id) ON CONFLICT DO NOTHING;
  END IF;
  IF TG_OP = 'INSERT' THEN
    standing := begin_standing(NEW);
  ELSE
    SELECT k.* INTO standing FROM session_standing k WHERE k.session_id = s.id;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    s.organization_id,
    CASE TG_OP WHEN 'INSERT' THEN 'SESSION_CREATED' WHEN 'DELETE' THEN 'SESSION_DELETED' ELSE 'SESSION_UPDATED' END,
    'Session', s.id, array_remove(ARRAY[s.id, s.project_id, s.agent_id], NULL),
    jsonb_build_object('changed', changed, 'row', session_image(s, standing))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_session() FROM PUBLIC;

CREATE OR REPLACE TRIGGER session_capture AFTER INSERT OR UPDATE OR DELETE ON session
  FOR EACH ROW EXECUTE FUNCTION capture_session();

ALTER TABLE session ENABLE ALWAYS TRIGGER session_capture;
-- <<< prisma/sql/capture/session.sql

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
LANGUAGE sql VOLATILE
AS $$
  INSERT INTO session_standing (
    session_id, organization_id, project_id, agent_id, kind, created_at,
    display_status, scm_status, lane, urgency, status_since, lane_since
  )
  SELECT s.id, s.organization_id, s.project_id, s.agent_id, s.kind, s.created_at,
         rule.display_status, rule.scm_status, rule.lane, rule.urgency, now(), now()
    FROM session_status rule WHERE rule.session_id = s.id
  RETURNING *
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
CREATE OR REPLACE FUNCTION derive_standings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
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
