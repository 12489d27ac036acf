-- verdicts

-- CreateEnum
CREATE TYPE "pull_request_part" AS ENUM ('CHECKS', 'REVIEWS', 'THREADS', 'MERGEABILITY');

-- The order of the values is the order of the statuses, so the type is made again. Only the view uses it.
DROP VIEW "session_status";
DROP TYPE "session_display_status";
CREATE TYPE "session_display_status" AS ENUM ('NEEDS_INPUT', 'EXITED', 'NO_SIGNAL', 'CI_FAILED', 'CONFLICTS', 'CHANGES_REQUESTED', 'AWAITING_APPROVAL', 'DRAFT', 'REVIEW_PENDING', 'PR_OPEN', 'APPROVED', 'QUEUED', 'MERGEABLE', 'MERGED', 'IDLE', 'WORKING', 'TERMINATED');

-- AlterTable
ALTER TABLE "pull_request" ADD COLUMN     "awaits_approval" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "is_cross_repository" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "is_in_merge_queue" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "merge_queue_position" INTEGER,
ADD COLUMN     "required_ci_state" "ci_state",
ADD COLUMN     "source_repo_name" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "source_repo_owner" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "unreadable" "pull_request_part"[] DEFAULT ARRAY[]::"pull_request_part"[];

-- AlterTable
ALTER TABLE "pull_request_check" ADD COLUMN     "is_required" BOOLEAN;

-- AlterTable
ALTER TABLE "pull_request_review_thread" ADD COLUMN     "is_by_author" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "is_outdated" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "pull_request_review_comment" ADD COLUMN     "position" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "pull_request_refresh" (
    "organization_id" UUID NOT NULL,
    "pull_request_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "pull_request_refresh_pkey" PRIMARY KEY ("organization_id","pull_request_id")
);

-- AddForeignKey
ALTER TABLE "pull_request_refresh" ADD CONSTRAINT "pull_request_refresh_pull_request_fkey" FOREIGN KEY ("organization_id", "pull_request_id") REFERENCES "pull_request"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "pull_request" ADD CONSTRAINT "pull_request_unreadable_check" CHECK ("unreadable" IS NOT NULL);

-- >>> prisma/sql/rule/pull_request.sql
CREATE OR REPLACE TRIGGER pull_request_touch BEFORE UPDATE ON pull_request
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER pull_request_stays BEFORE UPDATE ON pull_request
  FOR EACH ROW WHEN ((OLD.id, OLD.organization_id) IS DISTINCT FROM (NEW.id, NEW.organization_id))
  EXECUTE FUNCTION refuse('a pull request stays in its organization');

CREATE OR REPLACE TRIGGER pull_request_is_kept BEFORE DELETE OR TRUNCATE ON pull_request
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('pull requests are kept');

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
  FOR EACH ROW EXECUTE FUNCTION keep_pull_requests_with_workers();
CREATE OR REPLACE TRIGGER pull_request_update_holder_check AFTER UPDATE ON pull_request
  FOR EACH ROW WHEN (OLD.session_id IS DISTINCT FROM NEW.session_id) EXECUTE FUNCTION keep_pull_requests_with_workers();
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
  FOR EACH ROW WHEN (OLD.state <> NEW.state AND NEW.state IN ('MERGED', 'CLOSED'))
  EXECUTE FUNCTION terminate_session_on_merge();

REVOKE EXECUTE ON FUNCTION keep_pull_requests_with_workers(), terminate_session_on_merge(), clear_merge_obstacles()
  FROM PUBLIC;

ALTER TABLE pull_request
  ENABLE ALWAYS TRIGGER pull_request_stays,
  ENABLE ALWAYS TRIGGER pull_request_is_kept,
  ENABLE ALWAYS TRIGGER pull_request_is_over,
  ENABLE ALWAYS TRIGGER pull_request_insert_holder_check,
  ENABLE ALWAYS TRIGGER pull_request_update_holder_check,
  ENABLE ALWAYS TRIGGER pull_request_update_terminate;
ALTER TABLE session ENABLE ALWAYS TRIGGER session_holder_check;
ALTER TABLE project ENABLE ALWAYS TRIGGER project_holder_check;
-- <<< prisma/sql/rule/pull_request.sql

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
    'createdAt', date_time(NEW.created_at),
    'stateChangedAt', date_time(NEW.state_changed_at),
    'observedAt', date_time(NEW.observed_at),
    'updatedAt', date_time(NEW.updated_at)
  );
  -- A change of the session is an event of its own, delivered to the subscribers of both sessions. The other changes
  -- are a second event, delivered to the subscribers of the new session.
  IF 'session' = ANY (changed) THEN
    INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
      NEW.organization_id, 'PR_SESSION_CHANGED', 'PullRequest', NEW.id,
      ARRAY[
        NEW.id,
        NEW.session_id, (SELECT s.project_id FROM session s WHERE s.id = NEW.session_id),
        OLD.session_id, (SELECT s.project_id FROM session s WHERE s.id = OLD.session_id)
      ],
      jsonb_build_object(
        'changed', ARRAY['session'], 'row', image,
        'from', global_id('Session', OLD.session_id), 'to', global_id('Session', NEW.session_id)
      )
    );
    changed := array_remove(changed, 'session');
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id, CASE TG_OP WHEN 'INSERT' THEN 'PR_CREATED' ELSE 'PR_UPDATED' END, 'PullRequest', NEW.id,
    ARRAY[NEW.id, NEW.session_id, (SELECT s.project_id FROM session s WHERE s.id = NEW.session_id)],
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
      SELECT ARRAY[p.id, p.session_id, s.project_id]
        FROM pull_request p JOIN session s ON s.id = p.session_id
       WHERE p.id = NEW.pull_request_id
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
      SELECT ARRAY[p.id, p.session_id, s.project_id]
        FROM pull_request p JOIN session s ON s.id = p.session_id
       WHERE p.id = NEW.pull_request_id
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

-- >>> prisma/sql/view/failing_check.sql
DROP VIEW IF EXISTS failing_check;
CREATE VIEW failing_check AS
SELECT
  c.id, c.organization_id, p.id AS pull_request_id, c.name, c.commit_sha, c.status, c.conclusion, c.url, c.is_required, c.external_id,
  c.created_at, c.updated_at
FROM pull_request p
JOIN pull_request_check c
  ON (c.organization_id, c.pull_request_id, c.commit_sha) = (p.organization_id, p.id, p.head_sha)
WHERE p.state IN ('OPEN', 'DRAFT') AND p.ci_state = 'FAILING' AND c.status IN ('FAILED', 'CANCELLED');

COMMENT ON VIEW failing_check IS 'The checks of the head commit that failed or were cancelled, for open pull requests whose CI fails.';
-- <<< prisma/sql/view/failing_check.sql

-- >>> prisma/sql/view/session_status.sql
-- The status, lane and urgency of each session, and the time at which the status changes without an event. Only this view
-- derives them. SQL can filter and sort by them, and they cannot contradict the tables.
DROP VIEW IF EXISTS session_status;
CREATE VIEW session_status AS
SELECT
  s.id AS session_id,
  s.organization_id,
  s.project_id,
  s.agent_id,
  s.is_terminated,
  s.created_at,
  s.updated_at,
  s.activity_last_at,
  CASE
    WHEN NOT s.is_terminated THEN living.status
    WHEN (SELECT bool_or(p.state = 'MERGED') FROM pull_request p WHERE p.session_id = s.id) THEN 'MERGED'
    ELSE 'TERMINATED'
  END AS display_status,
  scm.scm_status,
  CASE
    WHEN s.is_terminated THEN 'ARCHIVE'
    WHEN living.status IN ('NEEDS_INPUT', 'EXITED', 'NO_SIGNAL', 'CI_FAILED', 'CONFLICTS', 'CHANGES_REQUESTED', 'AWAITING_APPROVAL')
      THEN 'NEEDS_YOU'
    WHEN living.status IN ('MERGEABLE', 'MERGED') THEN 'READY_TO_MERGE'
    WHEN living.status IN ('REVIEW_PENDING', 'PR_OPEN', 'DRAFT', 'APPROVED', 'QUEUED') THEN 'IN_REVIEW'
    ELSE 'WORKING'
  END::session_lane AS lane,
  -- The lines are: the session waits for a person, a person can finish it, it waits for others, it continues by itself.
  -- Terminated sessions come last.
  CASE
    WHEN s.is_terminated THEN 17
    ELSE array_position(
      ARRAY[
        'NEEDS_INPUT', 'EXITED', 'NO_SIGNAL', 'CI_FAILED', 'CONFLICTS', 'CHANGES_REQUESTED', 'AWAITING_APPROVAL',
        'MERGEABLE', 'MERGED',
        'REVIEW_PENDING', 'PR_OPEN', 'DRAFT', 'APPROVED', 'QUEUED',
        'IDLE', 'WORKING'
      ]::session_display_status[],
      living.status
    )
  END AS urgency,
  CASE
    WHEN silence.is_possible AND NOT silence.is_certain AND scm.scm_status IS NULL THEN silence.begins_after
  END::timestamptz(3) AS status_changes_at
FROM session s
-- The status that the pull requests give the session: the worst status of the open ones. Without an open one, MERGED if
-- one was merged.
CROSS JOIN LATERAL (
  SELECT (
    WITH pr AS MATERIALIZED (
      -- The status of one pull request, by the first rule that applies. A closed one has no status.
      SELECT
        p.id, p.host, p.repo_owner_key, p.repo_name_key, p.source_branch, p.target_branch, p.is_cross_repository,
        CASE
          WHEN p.state = 'MERGED' THEN 'MERGED'
          WHEN p.state = 'CLOSED' THEN NULL
          -- Where the host says which checks are required, only those decide.
          WHEN coalesce(p.required_ci_state, p.ci_state) = 'FAILING' THEN 'CI_FAILED'
          WHEN p.mergeability = 'CONFLICTING' THEN 'CONFLICTS'
          WHEN p.state = 'DRAFT' AND NOT p.awaits_approval THEN 'DRAFT'
          WHEN p.review_decision = 'CHANGES_REQUESTED' OR EXISTS (
            SELECT FROM pull_request_review_thread t
             WHERE t.pull_request_id = p.id AND NOT t.is_resolved AND NOT t.is_bot AND NOT t.is_by_author
               -- The host would merge an approved pull request in spite of threads about lines that have changed since.
               AND NOT (t.is_outdated AND p.mergeability = 'MERGEABLE' AND p.review_decision = 'APPROVED')
          ) THEN 'CHANGES_REQUESTED'
          WHEN p.awaits_approval THEN 'AWAITING_APPROVAL'
          WHEN p.is_in_merge_queue THEN 'QUEUED'
          -- The host would merge it now. UNSTABLE means that a check did not pass: it may be one that still runs, unless
          -- all that count are known to have passed.
          WHEN p.mergeability = 'MERGEABLE' THEN 'MERGEABLE'
          WHEN p.mergeability = 'UNSTABLE' AND coalesce(p.required_ci_state, p.ci_state) = 'PASSING' THEN 'MERGEABLE'
          WHEN p.review_decision = 'APPROVED' THEN 'APPROVED'
          WHEN p.review_decision = 'REVIEW_REQUIRED' THEN 'REVIEW_PENDING'
          ELSE 'PR_OPEN'
        END::session_display_status AS status
      FROM pull_request p
      WHERE p.session_id = s.id
    )
    SELECT coalesce(
      -- A pull request that is stacked on another open one counts only when it needs work itself.
      min(pr.status) FILTER (
        WHERE pr.status IN ('CI_FAILED', 'CONFLICTS', 'CHANGES_REQUESTED', 'AWAITING_APPROVAL', 'DRAFT')
           OR pr.status < 'MERGED' AND NOT EXISTS (
              SELECT FROM pr below
               WHERE below.status < 'MERGED'
                 AND below.id <> pr.id
                 AND below.source_branch = pr.target_branch
                 AND (below.host, below.repo_owner_key, below.repo_name_key) = (pr.host, pr.repo_owner_key, pr.repo_name_key)
                 AND pr.target_branch <> ''
                 -- The branch of a fork has the name of a branch here, but is another one.
                 AND NOT below.is_cross_repository
           )
      ),
      -- When no pull request counts, all of them do.
      min(pr.status)
    )
    FROM pr
  ) AS scm_status
) scm
-- A session with an agent is silent when it has sent no first signal for more than 90 seconds. The comparison is exact to
-- the millisecond, as the columns are.
CROSS JOIN LATERAL (
  SELECT
    s.agent_id IS NOT NULL AND s.first_signal_at IS NULL AND s.activity_state = 'IDLE' AND NOT s.is_terminated AS is_possible,
    s.activity_last_at + interval '90 s' AS begins_after,
    date_trunc('milliseconds', now()) > s.activity_last_at + interval '90 s' AS is_certain
) silence
-- The status of a session that is not terminated, by the first rule that applies.
CROSS JOIN LATERAL (
  SELECT
    CASE
      WHEN s.is_terminated THEN NULL
      WHEN s.activity_state = 'ACTIVE' THEN 'WORKING'
      WHEN s.activity_state = 'EXITED' THEN 'EXITED'
      WHEN s.activity_state IN ('WAITING_INPUT', 'BLOCKED') THEN 'NEEDS_INPUT'
      ELSE coalesce(
        scm.scm_status::text,
        CASE WHEN silence.is_possible AND silence.is_certain THEN 'NO_SIGNAL' ELSE 'IDLE' END
      )
    END::session_display_status AS status
  -- Without OFFSET 0, the planner would copy the expression to each place that uses it, and evaluate every copy.
  OFFSET 0
) living;

COMMENT ON VIEW session_status IS 'The displayed status of each session, derived from the session and its pull requests and never stored.';
-- <<< prisma/sql/view/session_status.sql

-- >>> prisma/sql/view/unresolved_reviewer.sql
-- A thread counts for the person who opened it; when a bot did, for the first person who wrote in it, and for the bot while
-- there is none. Threads that the author of the pull request opened ask nothing. The texts of comments stay private.
DROP VIEW IF EXISTS unresolved_reviewer;
CREATE VIEW unresolved_reviewer AS
SELECT
  t.pull_request_id,
  t.reviewer,
  t.is_bot,
  (count(*) FILTER (WHERE NOT t.is_outdated))::integer AS count,
  (count(*) FILTER (WHERE t.is_outdated))::integer AS outdated_count,
  (
    SELECT nullif(r.url, '') FROM pull_request_review r
     WHERE (r.pull_request_id, r.author, r.is_bot) = (t.pull_request_id, t.reviewer, t.is_bot)
     ORDER BY r.submitted_at DESC, r.id DESC
     LIMIT 1
  ) AS review_url,
  to_jsonb((
    array_agg(jsonb_build_object('url', t.url, 'file', t.path, 'line', t.line) ORDER BY t.is_outdated, t.created_at, t.id)
  )[1:10]) AS links
FROM (
  SELECT
    t.id, t.pull_request_id, t.is_bot, t.is_outdated, t.path, t.line, t.created_at,
    -- GitHub shows a deleted account as `ghost`.
    coalesce(opening.author, 'ghost') AS reviewer,
    coalesce(opening.url, '') AS url
  FROM pull_request_review_thread t
  JOIN pull_request p ON p.id = t.pull_request_id
  LEFT JOIN LATERAL (
    SELECT c.author, c.url FROM pull_request_review_comment c
     WHERE c.thread_id = t.id
     ORDER BY c.is_bot <> t.is_bot OR c.author = p.author, c.position, c.created_at, c.id
     LIMIT 1
  ) opening ON true
  WHERE NOT t.is_resolved AND NOT t.is_by_author
) t
GROUP BY t.pull_request_id, t.reviewer, t.is_bot;

COMMENT ON VIEW unresolved_reviewer IS 'The authors of unresolved review threads of each pull request, with links to the threads.';
-- <<< prisma/sql/view/unresolved_reviewer.sql
