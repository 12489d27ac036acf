-- release pull requests

-- >>> prisma/sql/function/acting.sql
-- The actor of this transaction: what the server set for it, or else a program at the database.
CREATE OR REPLACE FUNCTION acting_kind() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('muster.actor', true), '')::jsonb ->> 'kind', 'DATABASE');

CREATE OR REPLACE FUNCTION acting_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (nullif(current_setting('muster.actor', true), '')::jsonb ->> 'id')::uuid;

CREATE OR REPLACE FUNCTION acting_name() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('muster.actor', true), '')::jsonb ->> 'name', session_user);
-- <<< prisma/sql/function/acting.sql

-- >>> prisma/sql/function/session.sql
-- Returns the ids of a session, its agent and a project: what a change of something that the session holds in the project
-- concerns. Both may be NULL, and after a release the session is.
CREATE OR REPLACE FUNCTION session_subjects(session_id uuid, project_id uuid) RETURNS uuid[]
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN array_remove(
    ARRAY[session_id, project_id, (SELECT s.agent_id FROM session s WHERE s.id = session_subjects.session_id)], NULL
  );
END
$$;
-- <<< prisma/sql/function/session.sql

-- CreateEnum
CREATE TYPE "pull_request_claim_kind" AS ENUM ('CLAIM', 'SPAWN', 'TAKEOVER', 'RELEASE');

-- AlterTable
ALTER TABLE "pull_request" ADD COLUMN     "project_id" UUID,
ALTER COLUMN "session_id" DROP NOT NULL;

-- AlterTable
ALTER TABLE "change_outbox" ALTER COLUMN "actor_kind" SET DEFAULT acting_kind()::actor_kind,
ALTER COLUMN "actor_id" SET DEFAULT acting_id(),
ALTER COLUMN "actor_name" SET DEFAULT acting_name();

-- CreateTable
CREATE TABLE "pull_request_claim" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "pull_request_id" UUID NOT NULL,
    "how" "pull_request_claim_kind" NOT NULL,
    "from_session_id" UUID,
    "to_session_id" UUID,
    "actor_kind" "actor_kind" NOT NULL DEFAULT acting_kind()::actor_kind,
    "actor_id" UUID DEFAULT acting_id(),
    "actor_name" TEXT NOT NULL DEFAULT acting_name(),
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "pull_request_claim_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "pull_request_claim_list_idx" ON "pull_request_claim"("pull_request_id", "at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "pull_request_project_idx" ON "pull_request"("project_id", "created_at" DESC, "id" DESC);

-- AddForeignKey
ALTER TABLE "pull_request" ADD CONSTRAINT "pull_request_project_fkey" FOREIGN KEY ("organization_id", "project_id") REFERENCES "project"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pull_request_claim" ADD CONSTRAINT "pull_request_claim_pull_request_fkey" FOREIGN KEY ("organization_id", "pull_request_id") REFERENCES "pull_request"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE pull_request_claim
  ADD CONSTRAINT pull_request_claim_sides_check CHECK (
    CASE how
      WHEN 'RELEASE' THEN from_session_id IS NOT NULL AND to_session_id IS NULL
      WHEN 'CLAIM' THEN from_session_id IS NULL AND to_session_id IS NOT NULL
      WHEN 'TAKEOVER' THEN from_session_id IS NOT NULL AND to_session_id IS NOT NULL AND from_session_id <> to_session_id
      ELSE to_session_id IS NOT NULL AND from_session_id IS DISTINCT FROM to_session_id
    END
  ),
  ADD CONSTRAINT pull_request_claim_times_check CHECK (is_date_time(at));

-- Before the new capture: the feed tells nothing of it.
UPDATE pull_request p SET project_id = s.project_id FROM session s WHERE s.id = p.session_id;

-- The history begins with the present holder, as far as the audit trail tells of its claim.
INSERT INTO pull_request_claim
  (organization_id, pull_request_id, how, from_session_id, to_session_id, actor_kind, actor_id, actor_name, at)
SELECT p.organization_id, p.id, 'CLAIM', NULL, p.session_id, coalesce(e.actor_kind, acting_kind()::actor_kind), e.actor_id,
       coalesce(e.actor_name, acting_name()), coalesce(e.occurred_at, now())
  FROM pull_request p
  LEFT JOIN LATERAL (
    SELECT e.actor_kind, e.actor_id, e.actor_name, e.occurred_at FROM structure_event e
     WHERE (e.organization_id, e.subject_id, e.type) = (p.organization_id, p.id, 'pr.claimed')
       AND e.payload ->> 'to' = global_id('Session', p.session_id)
     ORDER BY e.occurred_at DESC LIMIT 1
  ) e ON true;


-- Replaced by one with two arguments.
DROP FUNCTION session_subjects(uuid);

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
  place_pull_request(), keep_pull_requests_with_workers(), terminate_session_on_merge(), clear_merge_obstacles() FROM PUBLIC;

ALTER TABLE pull_request
  ENABLE ALWAYS TRIGGER pull_request_stays,
  ENABLE ALWAYS TRIGGER pull_request_is_kept,
  ENABLE ALWAYS TRIGGER pull_request_insert_project,
  ENABLE ALWAYS TRIGGER pull_request_update_project,
  ENABLE ALWAYS TRIGGER pull_request_is_over,
  ENABLE ALWAYS TRIGGER pull_request_insert_holder_check,
  ENABLE ALWAYS TRIGGER pull_request_update_holder_check,
  ENABLE ALWAYS TRIGGER pull_request_update_terminate;
ALTER TABLE session ENABLE ALWAYS TRIGGER session_holder_check;
ALTER TABLE project ENABLE ALWAYS TRIGGER project_holder_check;
-- <<< prisma/sql/rule/pull_request.sql

-- >>> prisma/sql/rule/pull_request_claim.sql
-- Records that a pull request passes to another session or to none, whichever program writes it. A session that was created
-- in the same transaction was spawned with the pull request: the outbox still holds that change.
CREATE OR REPLACE FUNCTION record_pull_request_claim() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO pull_request_claim (organization_id, pull_request_id, how, from_session_id, to_session_id) VALUES (
    NEW.organization_id,
    NEW.id,
    CASE
      WHEN NEW.session_id IS NULL THEN 'RELEASE'
      WHEN EXISTS (
        SELECT FROM change_outbox o
         WHERE o.xid = pg_current_xact_id() AND o.type = 'SESSION_CREATED' AND o.entity_id = NEW.session_id
      ) THEN 'SPAWN'
      WHEN OLD.session_id IS NULL THEN 'CLAIM'
      ELSE 'TAKEOVER'
    END::pull_request_claim_kind,
    OLD.session_id,
    NEW.session_id
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes history with the owner's rights.
REVOKE EXECUTE ON FUNCTION record_pull_request_claim() FROM PUBLIC;

CREATE OR REPLACE TRIGGER pull_request_insert_claim AFTER INSERT ON pull_request
  FOR EACH ROW WHEN (NEW.session_id IS NOT NULL) EXECUTE FUNCTION record_pull_request_claim();
CREATE OR REPLACE TRIGGER pull_request_update_claim AFTER UPDATE ON pull_request
  FOR EACH ROW WHEN (OLD.session_id IS DISTINCT FROM NEW.session_id) EXECUTE FUNCTION record_pull_request_claim();

CREATE OR REPLACE TRIGGER pull_request_claim_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON pull_request_claim
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('the history of claims is kept as it was written');

ALTER TABLE pull_request
  ENABLE ALWAYS TRIGGER pull_request_insert_claim,
  ENABLE ALWAYS TRIGGER pull_request_update_claim;
ALTER TABLE pull_request_claim ENABLE ALWAYS TRIGGER pull_request_claim_is_kept;
-- <<< prisma/sql/rule/pull_request_claim.sql

-- >>> prisma/sql/capture/pull_request.sql
-- pull_request → PR_CREATED, PR_SESSION_CHANGED, PR_UPDATED
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
      CASE WHEN NEW.created_at       IS DISTINCT FROM OLD.created_at       THEN 'createdAt' END,
      CASE WHEN NEW.deletions        IS DISTINCT FROM OLD.deletions        THEN 'deletions' END,
      CASE WHEN NEW.head_sha         IS DISTINCT FROM OLD.head_sha         THEN 'headSha' END,
      CASE WHEN NEW.is_cross_repository IS DISTINCT FROM OLD.is_cross_repository THEN 'isCrossRepository' END,
      CASE WHEN NEW.is_draft         IS DISTINCT FROM OLD.is_draft         THEN 'isDraft' END,
      CASE WHEN NEW.is_in_merge_queue IS DISTINCT FROM OLD.is_in_merge_queue THEN 'isInMergeQueue' END,
      CASE WHEN NEW.mergeability     IS DISTINCT FROM OLD.mergeability     THEN 'mergeability' END,
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
  image := jsonb_build_object(
    'id', global_id('PullRequest', NEW.id),
    'repo', repo_image(NEW.repo_owner, NEW.repo_name),
    'url', NEW.url,
    'number', NEW.number,
    'title', NEW.title,
    'author', NEW.author,
    'sourceBranch', NEW.source_branch,
    'sourceRepo', CASE WHEN NEW.source_repo_name <> '' THEN repo_image(NEW.source_repo_owner, NEW.source_repo_name) END,
    'isCrossRepository', NEW.is_cross_repository,
    'targetBranch', NEW.target_branch,
    'isDraft', NEW.is_draft,
    'state', NEW.state,
    'ciState', NEW.ci_state,
    'requiredCiState', NEW.required_ci_state,
    'awaitsApproval', NEW.awaits_approval,
    'reviewDecision', NEW.review_decision,
    'mergeability', NEW.mergeability,
    'isInMergeQueue', NEW.is_in_merge_queue,
    'mergeQueuePosition', NEW.merge_queue_position,
    'unreadable', NEW.unreadable,
    'headSha', NEW.head_sha,
    'additions', NEW.additions,
    'deletions', NEW.deletions,
    'changedFiles', NEW.changed_files,
    'session', global_id('Session', NEW.session_id),
    'project', global_id('Project', NEW.project_id),
    'createdAt', date_time(NEW.created_at),
    'stateChangedAt', date_time(NEW.state_changed_at),
    'observedAt', date_time(NEW.observed_at),
    'updatedAt', date_time(NEW.updated_at)
  );
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

-- >>> prisma/sql/capture/pull_request_check.sql
-- pull_request_check → PR_CHECK_RECORDED
CREATE OR REPLACE FUNCTION capture_pull_request_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.commit_sha IS DISTINCT FROM OLD.commit_sha THEN 'commitSha' END,
      CASE WHEN NEW.conclusion IS DISTINCT FROM OLD.conclusion THEN 'conclusion' END,
      CASE WHEN NEW.created_at IS DISTINCT FROM OLD.created_at THEN 'createdAt' END,
      CASE WHEN NEW.is_required IS DISTINCT FROM OLD.is_required THEN 'isRequired' END,
      CASE WHEN NEW.name       IS DISTINCT FROM OLD.name       THEN 'name' END,
      CASE WHEN NEW.status     IS DISTINCT FROM OLD.status     THEN 'status' END,
      CASE WHEN NEW.url        IS DISTINCT FROM OLD.url        THEN 'url' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id, 'PR_CHECK_RECORDED', 'PullRequestCheck', NEW.id,
    NEW.id || (
      SELECT p.id || session_subjects(p.session_id, p.project_id) FROM pull_request p WHERE p.id = NEW.pull_request_id
    ),
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('PullRequestCheck', NEW.id),
      'pullRequest', global_id('PullRequest', NEW.pull_request_id),
      'name', NEW.name,
      'commitSha', NEW.commit_sha,
      'status', NEW.status,
      'conclusion', NEW.conclusion,
      'url', NEW.url,
      'isRequired', NEW.is_required,
      'createdAt', date_time(NEW.created_at),
      'updatedAt', date_time(NEW.updated_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_pull_request_check() FROM PUBLIC;

CREATE OR REPLACE TRIGGER pull_request_check_capture AFTER INSERT OR UPDATE ON pull_request_check
  FOR EACH ROW EXECUTE FUNCTION capture_pull_request_check();

ALTER TABLE pull_request_check ENABLE ALWAYS TRIGGER pull_request_check_capture;
-- <<< prisma/sql/capture/pull_request_check.sql

-- >>> prisma/sql/capture/pull_request_review_thread.sql
-- pull_request_review_thread → PR_REVIEW_THREAD_ADDED, PR_REVIEW_THREAD_RESOLVED
CREATE OR REPLACE FUNCTION capture_pull_request_review_thread() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    -- Every push moves the threads. Only resolving a thread, or opening it again, is worth an event.
    IF NEW.is_resolved IS NOT DISTINCT FROM OLD.is_resolved THEN
      RETURN NULL;
    END IF;
    changed := array_remove(ARRAY[
      CASE WHEN NEW.created_at  IS DISTINCT FROM OLD.created_at  THEN 'createdAt' END,
      CASE WHEN NEW.is_bot      IS DISTINCT FROM OLD.is_bot      THEN 'isBot' END,
      CASE WHEN NEW.is_by_author IS DISTINCT FROM OLD.is_by_author THEN 'isByAuthor' END,
      CASE WHEN NEW.is_outdated IS DISTINCT FROM OLD.is_outdated THEN 'isOutdated' END,
      'isResolved',
      CASE WHEN NEW.line        IS DISTINCT FROM OLD.line        THEN 'line' END,
      CASE WHEN NEW.path        IS DISTINCT FROM OLD.path        THEN 'path' END
    ], NULL);
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE TG_OP WHEN 'INSERT' THEN 'PR_REVIEW_THREAD_ADDED' ELSE 'PR_REVIEW_THREAD_RESOLVED' END,
    'PullRequestReviewThread', NEW.id,
    NEW.id || (
      SELECT p.id || session_subjects(p.session_id, p.project_id) FROM pull_request p WHERE p.id = NEW.pull_request_id
    ),
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('PullRequestReviewThread', NEW.id),
      'pullRequest', global_id('PullRequest', NEW.pull_request_id),
      'path', NEW.path,
      'line', NEW.line,
      'isResolved', NEW.is_resolved,
      'isBot', NEW.is_bot,
      'isOutdated', NEW.is_outdated,
      'isByAuthor', NEW.is_by_author,
      'createdAt', date_time(NEW.created_at),
      'updatedAt', date_time(NEW.updated_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_pull_request_review_thread() FROM PUBLIC;

CREATE OR REPLACE TRIGGER pull_request_review_thread_capture AFTER INSERT OR UPDATE ON pull_request_review_thread
  FOR EACH ROW EXECUTE FUNCTION capture_pull_request_review_thread();

ALTER TABLE pull_request_review_thread ENABLE ALWAYS TRIGGER pull_request_review_thread_capture;
-- <<< prisma/sql/capture/pull_request_review_thread.sql
