-- Everything Muster starts with, except the tables of the job queue.

-- >>> prisma/sql/function/feed.sql
-- Makes sure that positions up to `upto` have a partition. There is no default partition: were one missing, changes
-- would wait in the outbox until it is there, and nothing would have to be moved out of a default one later.
-- A partition is made apart and then attached, which (unlike CREATE TABLE … PARTITION OF) lets readers go on.
CREATE OR REPLACE FUNCTION ensure_change_log_partitions(upto bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  width CONSTANT bigint := 100000;
  first_position bigint;
  partition_name text;
BEGIN
  -- Two sequencers may call this at once.
  PERFORM pg_advisory_xact_lock(hashtextextended('muster.change_log_partitions', 0));
  SELECT position / width * width INTO first_position FROM feed_head;
  WHILE first_position <= upto LOOP
    partition_name := 'change_log_' || lpad((first_position / width)::text, 10, '0');
    IF to_regclass(partition_name) IS NULL THEN
      EXECUTE format('CREATE TABLE %I (LIKE change_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)', partition_name);
      EXECUTE format(
        'ALTER TABLE change_log ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
        partition_name, first_position, first_position + width
      );
    END IF;
    first_position := first_position + width;
  END LOOP;
END
$$;

-- For an operator who puts the data back to an earlier state in a way that the feed cannot see (a restore of the data
-- alone, a snapshot of the volume): positions may then be given again to other changes, so older cursors must expire.
CREATE OR REPLACE FUNCTION reset_feed_epoch() RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  UPDATE feed_head SET nonce = gen_random_uuid();
END
$$;

COMMENT ON FUNCTION reset_feed_epoch() IS 'Begins another history of the feed: every cursor from before expires.';
-- <<< prisma/sql/function/feed.sql

-- >>> prisma/sql/function/id.sql
-- A time-ordered id (RFC 9562, version 7), so that programs beside Muster get one by default too. PostgreSQL has
-- its own only from version 18 on. The 12 bits after the version hold the fraction of the millisecond (method 3 of the
-- RFC, as in PostgreSQL 18): rows of one millisecond keep their order.
CREATE OR REPLACE FUNCTION uuid_v7() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN (
  overlay(
    lpad(to_hex(floor(extract(epoch FROM clock_timestamp()) * 1000 * 4096)::bigint), 15, '0')
    PLACING '7' FROM 13 FOR 0
  ) || right(gen_random_uuid()::text, 17)
)::uuid;

-- The API's global object id. (encode() breaks lines at 76 characters; ids have no line breaks.)
-- STABLE, as its parts are: only then does the planner inline it, and a call costs nothing.
CREATE OR REPLACE FUNCTION global_id(type text, id uuid) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN replace(encode(convert_to(type || ':' || id, 'UTF8'), 'base64'), E'\n', '');
-- <<< prisma/sql/function/id.sql

-- >>> prisma/sql/function/refuse.sql
-- Refuses a statement that would make history untrue. The reason is the trigger's argument.
CREATE OR REPLACE FUNCTION refuse() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
    USING ERRCODE = 'restrict_violation';
END
$$;
-- <<< prisma/sql/function/refuse.sql

-- >>> prisma/sql/function/repo.sql
-- As GitHub allows them: an owner has letters, digits and single hyphens within, and for a managed account an underscore
-- before the short code of its enterprise.
CREATE OR REPLACE FUNCTION is_repo(owner text, name text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN length(owner) <= 39
   AND owner ~ '^[A-Za-z0-9]+(-[A-Za-z0-9]+)*(_[A-Za-z0-9]+)?$'
   AND name ~ '^[A-Za-z0-9._-]{1,100}$'
   AND name !~ '^\.{1,2}$'
   AND name !~* '\.git$';

-- A repository as the API shows it.
CREATE OR REPLACE FUNCTION repo_image(owner text, name text) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN jsonb_build_object('owner', owner, 'name', name, 'nameWithOwner', owner || '/' || name);
-- <<< prisma/sql/function/repo.sql

-- >>> prisma/sql/function/time.sql
-- A time that the API shows is one that it can show: finite, and of the years 1 to 9999 in every time zone. One row
-- beyond would break every list it stands in.
CREATE OR REPLACE FUNCTION is_date_time(t timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN t >= '0001-01-02T00:00:00Z'::timestamptz AND t < '9999-12-31T00:00:00Z'::timestamptz;

-- A time as the API's DateTime writes it. STABLE, as to_char is: only then does the planner inline it.
CREATE OR REPLACE FUNCTION date_time(t timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
-- <<< prisma/sql/function/time.sql

-- >>> prisma/sql/function/touch_updated_at.sql
-- For BEFORE UPDATE triggers: a row that changes says when.
CREATE OR REPLACE FUNCTION touch_updated_at() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.updated_at := pg_catalog.now();
  RETURN NEW;
END
$$;
-- <<< prisma/sql/function/touch_updated_at.sql

-- CreateEnum
CREATE TYPE "membership_role" AS ENUM ('OWNER', 'ADMIN', 'MEMBER');

-- CreateEnum
CREATE TYPE "agent_status" AS ENUM ('PENDING', 'RUNNING', 'STOPPED', 'ERROR');

-- CreateEnum
CREATE TYPE "agent_action_outcome" AS ENUM ('ALLOWED', 'DENIED');

-- CreateEnum
CREATE TYPE "project_kind" AS ENUM ('SINGLE_REPO', 'SCRATCH');

-- CreateEnum
CREATE TYPE "session_kind" AS ENUM ('WORKER', 'ORCHESTRATOR');

-- CreateEnum
CREATE TYPE "activity_state" AS ENUM ('ACTIVE', 'IDLE', 'WAITING_INPUT', 'BLOCKED', 'EXITED');

-- CreateEnum
CREATE TYPE "session_display_status" AS ENUM ('NEEDS_INPUT', 'EXITED', 'NO_SIGNAL', 'CI_FAILED', 'CHANGES_REQUESTED', 'DRAFT', 'REVIEW_PENDING', 'PR_OPEN', 'APPROVED', 'MERGEABLE', 'MERGED', 'IDLE', 'WORKING', 'TERMINATED');

-- CreateEnum
CREATE TYPE "session_lane" AS ENUM ('WORKING', 'NEEDS_YOU', 'IN_REVIEW', 'READY_TO_MERGE', 'ARCHIVE');

-- CreateEnum
CREATE TYPE "pull_request_state" AS ENUM ('DRAFT', 'OPEN', 'MERGED', 'CLOSED');

-- CreateEnum
CREATE TYPE "ci_state" AS ENUM ('UNKNOWN', 'PENDING', 'PASSING', 'FAILING');

-- CreateEnum
CREATE TYPE "review_decision" AS ENUM ('NONE', 'APPROVED', 'CHANGES_REQUESTED', 'REVIEW_REQUIRED');

-- CreateEnum
CREATE TYPE "mergeability" AS ENUM ('UNKNOWN', 'MERGEABLE', 'CONFLICTING', 'BLOCKED', 'UNSTABLE');

-- CreateEnum
CREATE TYPE "check_status" AS ENUM ('UNKNOWN', 'QUEUED', 'IN_PROGRESS', 'PASSED', 'FAILED', 'SKIPPED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "actor_kind" AS ENUM ('USER', 'AGENT', 'SYSTEM', 'DATABASE');

-- CreateTable
CREATE TABLE "organization" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "personal_organization_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "membership" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" "membership_role" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "membership_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "token" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID,
    "user_id" UUID,
    "agent_id" UUID,
    "label" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agent" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "status" "agent_status" NOT NULL DEFAULT 'PENDING',
    "config" JSONB NOT NULL DEFAULT '{}',
    "hired_by_id" UUID NOT NULL,
    "template_agent_id" UUID,
    "container_ref" TEXT,
    "failure" TEXT,
    "hired_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "offboarded_at" TIMESTAMPTZ(3),
    "offboard_reason" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "agent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "watched_repo" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "agent_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "repo_owner" TEXT NOT NULL,
    "repo_name" TEXT NOT NULL,
    "repo_owner_key" TEXT NOT NULL,
    "repo_name_key" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "watched_repo_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agent_memory" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "agent_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "agent_memory_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agent_action" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "agent_id" UUID NOT NULL,
    "action" TEXT NOT NULL,
    "outcome" "agent_action_outcome" NOT NULL,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "agent_action_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "reviewed_pull_request" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "agent_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "repo_owner" TEXT NOT NULL,
    "repo_name" TEXT NOT NULL,
    "repo_owner_key" TEXT NOT NULL,
    "repo_name_key" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "reviewed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "reviewed_pull_request_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "project" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "repo_url" TEXT,
    "kind" "project_kind" NOT NULL DEFAULT 'SINGLE_REPO',
    "last_session_num" INTEGER NOT NULL DEFAULT 0,
    "archived_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "project_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "agent_id" UUID,
    "num" INTEGER NOT NULL DEFAULT 0,
    "kind" "session_kind" NOT NULL DEFAULT 'WORKER',
    "display_name" TEXT,
    "activity_state" "activity_state" NOT NULL DEFAULT 'IDLE',
    "activity_last_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "first_signal_at" TIMESTAMPTZ(3),
    "no_signal_at" TIMESTAMPTZ(3),
    "launch_id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "is_terminated" BOOLEAN NOT NULL DEFAULT false,
    "terminate_on_pr_merge" BOOLEAN NOT NULL DEFAULT false,
    "branch" TEXT NOT NULL DEFAULT '',
    "workspace_path" TEXT,
    "prompt" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pull_request" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "session_id" UUID NOT NULL,
    "host" TEXT NOT NULL,
    "repo_owner" TEXT NOT NULL,
    "repo_name" TEXT NOT NULL,
    "repo_owner_key" TEXT NOT NULL,
    "repo_name_key" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "external_id" TEXT NOT NULL DEFAULT '',
    "url" TEXT NOT NULL,
    "title" TEXT NOT NULL DEFAULT '',
    "author" TEXT NOT NULL DEFAULT '',
    "source_branch" TEXT NOT NULL DEFAULT '',
    "target_branch" TEXT NOT NULL DEFAULT '',
    "is_draft" BOOLEAN NOT NULL DEFAULT false,
    "state" "pull_request_state" NOT NULL DEFAULT 'OPEN',
    "ci_state" "ci_state" NOT NULL DEFAULT 'UNKNOWN',
    "review_decision" "review_decision" NOT NULL DEFAULT 'NONE',
    "mergeability" "mergeability" NOT NULL DEFAULT 'UNKNOWN',
    "merge_state_status" TEXT NOT NULL DEFAULT '',
    "head_sha" TEXT NOT NULL DEFAULT '',
    "base_sha" TEXT NOT NULL DEFAULT '',
    "merge_commit_sha" TEXT NOT NULL DEFAULT '',
    "additions" INTEGER NOT NULL DEFAULT 0,
    "deletions" INTEGER NOT NULL DEFAULT 0,
    "changed_files" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "host_updated_at" TIMESTAMPTZ(3),
    "merged_at" TIMESTAMPTZ(3),
    "closed_at" TIMESTAMPTZ(3),
    "state_changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "facts_number" BIGINT NOT NULL DEFAULT 0,
    "observed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "nudge_state" JSONB NOT NULL DEFAULT '{}',
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pull_request_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pull_request_check" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "pull_request_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "commit_sha" TEXT NOT NULL,
    "status" "check_status" NOT NULL DEFAULT 'UNKNOWN',
    "conclusion" TEXT NOT NULL DEFAULT '',
    "url" TEXT NOT NULL DEFAULT '',
    "external_id" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pull_request_check_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pull_request_review_thread" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "pull_request_id" UUID NOT NULL,
    "external_id" TEXT NOT NULL,
    "path" TEXT NOT NULL DEFAULT '',
    "line" INTEGER NOT NULL DEFAULT 0,
    "is_resolved" BOOLEAN NOT NULL DEFAULT false,
    "is_bot" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pull_request_review_thread_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pull_request_review_comment" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "pull_request_id" UUID NOT NULL,
    "thread_id" UUID NOT NULL,
    "external_id" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "url" TEXT NOT NULL DEFAULT '',
    "is_bot" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pull_request_review_comment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pull_request_review" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "pull_request_id" UUID NOT NULL,
    "external_id" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "state" "review_decision" NOT NULL DEFAULT 'NONE',
    "body" TEXT NOT NULL DEFAULT '',
    "url" TEXT NOT NULL DEFAULT '',
    "is_bot" BOOLEAN NOT NULL DEFAULT false,
    "submitted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "pull_request_review_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "structure_event" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "subject_type" TEXT NOT NULL,
    "subject_id" UUID NOT NULL,
    "actor_kind" "actor_kind" NOT NULL,
    "actor_id" UUID,
    "actor_name" TEXT NOT NULL,
    "request_id" TEXT,
    "payload" JSONB NOT NULL DEFAULT '{}',
    "occurred_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "structure_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID,
    "viewer_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "input_hash" TEXT NOT NULL,
    "result" JSONB,
    "request_id" TEXT NOT NULL,
    "position" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "change_outbox" (
    "id" BIGSERIAL NOT NULL,
    "xid" xid8 NOT NULL DEFAULT pg_current_xact_id(),
    "organization_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "entity_type" TEXT NOT NULL,
    "entity_id" UUID NOT NULL,
    "subjects" UUID[],
    "payload" JSONB NOT NULL,
    "actor_kind" "actor_kind" NOT NULL DEFAULT coalesce(nullif(current_setting('muster.actor', true), '')::jsonb ->> 'kind', 'DATABASE')::actor_kind,
    "actor_id" UUID DEFAULT (nullif(current_setting('muster.actor', true), '')::jsonb ->> 'id')::uuid,
    "actor_name" TEXT NOT NULL DEFAULT coalesce(nullif(current_setting('muster.actor', true), '')::jsonb ->> 'name', session_user),
    "request_id" TEXT DEFAULT nullif(current_setting('muster.request_id', true), ''),
    "occurred_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "change_outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "change_log" (
    "position" BIGINT NOT NULL,
    "xid" xid8 NOT NULL,
    "organization_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "entity_type" TEXT NOT NULL,
    "entity_id" UUID NOT NULL,
    "subjects" UUID[],
    "payload" JSONB NOT NULL,
    "actor_kind" "actor_kind" NOT NULL,
    "actor_id" UUID,
    "actor_name" TEXT NOT NULL,
    "request_id" TEXT,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "change_log_pkey" PRIMARY KEY ("position")
) PARTITION BY RANGE ("position");

-- CreateTable
CREATE TABLE "feed_head" (
    "is_singleton" BOOLEAN NOT NULL DEFAULT true,
    "position" BIGINT NOT NULL DEFAULT 0,
    "nonce" UUID NOT NULL DEFAULT gen_random_uuid(),

    CONSTRAINT "feed_head_pkey" PRIMARY KEY ("is_singleton")
);

-- CreateIndex
CREATE UNIQUE INDEX "organization_slug_key" ON "organization"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "user_email_key" ON "user"("email");

-- CreateIndex
CREATE UNIQUE INDEX "user_personal_organization_id_key" ON "user"("personal_organization_id");

-- CreateIndex
CREATE UNIQUE INDEX "token_hash_key" ON "token"("hash");

-- CreateIndex
CREATE INDEX "token_list_idx" ON "token"("organization_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "token_user_idx" ON "token"("user_id");

-- CreateIndex
CREATE INDEX "token_agent_idx" ON "token"("agent_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "agent_list_idx" ON "agent"("organization_id", "hired_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "agent_hired_by_idx" ON "agent"("hired_by_id");

-- CreateIndex
CREATE INDEX "agent_template_idx" ON "agent"("template_agent_id");

-- CreateIndex
CREATE UNIQUE INDEX "agent_tenant_key" ON "agent"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "agent_hired_by_key" ON "agent"("organization_id", "id", "hired_by_id");

-- CreateIndex
CREATE INDEX "watched_repo_agent_idx" ON "watched_repo"("agent_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "watched_repo_key" ON "watched_repo"("organization_id", "user_id", "repo_owner_key", "repo_name_key");

-- CreateIndex
CREATE INDEX "agent_memory_list_idx" ON "agent_memory"("agent_id", "updated_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "agent_memory_key" ON "agent_memory"("organization_id", "agent_id", "key");

-- CreateIndex
CREATE INDEX "agent_action_list_idx" ON "agent_action"("agent_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "reviewed_pull_request_list_idx" ON "reviewed_pull_request"("agent_id", "reviewed_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "reviewed_pull_request_key" ON "reviewed_pull_request"("organization_id", "user_id", "repo_owner_key", "repo_name_key", "number");

-- CreateIndex
CREATE INDEX "project_list_idx" ON "project"("organization_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "project_slug_key" ON "project"("organization_id", "slug");

-- CreateIndex
CREATE UNIQUE INDEX "project_tenant_key" ON "project"("organization_id", "id");

-- CreateIndex
CREATE INDEX "session_list_idx" ON "session"("organization_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "session_project_list_idx" ON "session"("project_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "session_agent_list_idx" ON "session"("agent_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "session_num_key" ON "session"("organization_id", "project_id", "num");

-- CreateIndex
CREATE UNIQUE INDEX "session_tenant_key" ON "session"("organization_id", "id");

-- CreateIndex
CREATE INDEX "pull_request_list_idx" ON "pull_request"("organization_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "pull_request_session_idx" ON "pull_request"("session_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "pull_request_key" ON "pull_request"("organization_id", "host", "repo_owner_key", "repo_name_key", "number");

-- CreateIndex
CREATE UNIQUE INDEX "pull_request_tenant_key" ON "pull_request"("organization_id", "id");

-- CreateIndex
CREATE INDEX "pull_request_check_list_idx" ON "pull_request_check"("pull_request_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "pull_request_check_key" ON "pull_request_check"("organization_id", "pull_request_id", "commit_sha", "name");

-- CreateIndex
CREATE INDEX "pull_request_review_thread_list_idx" ON "pull_request_review_thread"("pull_request_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "pull_request_review_thread_key" ON "pull_request_review_thread"("organization_id", "pull_request_id", "external_id");

-- CreateIndex
CREATE UNIQUE INDEX "pull_request_review_thread_owner_key" ON "pull_request_review_thread"("organization_id", "pull_request_id", "id");

-- CreateIndex
CREATE INDEX "pull_request_review_comment_thread_idx" ON "pull_request_review_comment"("thread_id");

-- CreateIndex
CREATE UNIQUE INDEX "pull_request_review_comment_key" ON "pull_request_review_comment"("organization_id", "pull_request_id", "external_id");

-- CreateIndex
CREATE INDEX "pull_request_review_list_idx" ON "pull_request_review"("pull_request_id", "submitted_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "pull_request_review_key" ON "pull_request_review"("organization_id", "pull_request_id", "external_id");

-- CreateIndex
CREATE INDEX "structure_event_list_idx" ON "structure_event"("organization_id", "occurred_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "structure_event_subject_idx" ON "structure_event"("organization_id", "subject_id");

-- CreateIndex
CREATE INDEX "idempotency_key_expiry_idx" ON "idempotency_key"("viewer_id", "created_at");

-- CreateIndex
CREATE INDEX "change_outbox_xid_idx" ON "change_outbox"("xid", "id");

-- CreateIndex
CREATE INDEX "change_log_organization_idx" ON "change_log"("organization_id", "position");

-- AddForeignKey
ALTER TABLE "user" ADD CONSTRAINT "user_personal_organization_id_fkey" FOREIGN KEY ("personal_organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "token" ADD CONSTRAINT "token_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "token" ADD CONSTRAINT "token_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "token" ADD CONSTRAINT "token_agent_fkey" FOREIGN KEY ("organization_id", "agent_id") REFERENCES "agent"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "token" ADD CONSTRAINT "token_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent" ADD CONSTRAINT "agent_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent" ADD CONSTRAINT "agent_hired_by_id_fkey" FOREIGN KEY ("hired_by_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent" ADD CONSTRAINT "agent_template_agent_id_fkey" FOREIGN KEY ("template_agent_id") REFERENCES "agent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "watched_repo" ADD CONSTRAINT "watched_repo_agent_fkey" FOREIGN KEY ("organization_id", "agent_id", "user_id") REFERENCES "agent"("organization_id", "id", "hired_by_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent_memory" ADD CONSTRAINT "agent_memory_agent_fkey" FOREIGN KEY ("organization_id", "agent_id") REFERENCES "agent"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent_action" ADD CONSTRAINT "agent_action_agent_fkey" FOREIGN KEY ("organization_id", "agent_id") REFERENCES "agent"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reviewed_pull_request" ADD CONSTRAINT "reviewed_pull_request_agent_fkey" FOREIGN KEY ("organization_id", "agent_id", "user_id") REFERENCES "agent"("organization_id", "id", "hired_by_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "project" ADD CONSTRAINT "project_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_project_fkey" FOREIGN KEY ("organization_id", "project_id") REFERENCES "project"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_agent_fkey" FOREIGN KEY ("organization_id", "agent_id") REFERENCES "agent"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pull_request" ADD CONSTRAINT "pull_request_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pull_request" ADD CONSTRAINT "pull_request_session_fkey" FOREIGN KEY ("organization_id", "session_id") REFERENCES "session"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pull_request_check" ADD CONSTRAINT "pull_request_check_pull_request_fkey" FOREIGN KEY ("organization_id", "pull_request_id") REFERENCES "pull_request"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pull_request_review_thread" ADD CONSTRAINT "pull_request_review_thread_pull_request_fkey" FOREIGN KEY ("organization_id", "pull_request_id") REFERENCES "pull_request"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pull_request_review_comment" ADD CONSTRAINT "pull_request_review_comment_thread_fkey" FOREIGN KEY ("organization_id", "pull_request_id", "thread_id") REFERENCES "pull_request_review_thread"("organization_id", "pull_request_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pull_request_review" ADD CONSTRAINT "pull_request_review_pull_request_fkey" FOREIGN KEY ("organization_id", "pull_request_id") REFERENCES "pull_request"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "structure_event" ADD CONSTRAINT "structure_event_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "idempotency_key" ADD CONSTRAINT "idempotency_key_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- ── By hand: what Prisma cannot say ────────────────────────────────────────────────────────────────────────────────
-- Services turn a violated rule into its typed error by the constraint's name.

ALTER TABLE organization
  ADD CONSTRAINT organization_slug_check CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  ADD CONSTRAINT organization_name_check CHECK (length(name) BETWEEN 1 AND 100),
  ADD CONSTRAINT organization_times_check CHECK (is_date_time(created_at));

ALTER TABLE "user"
  ADD CONSTRAINT user_email_check CHECK (email = lower(email) AND email ~ '^[^@\s]+@[^@\s]+$' AND length(email) <= 254),
  ADD CONSTRAINT user_name_check CHECK (length(name) BETWEEN 1 AND 100),
  ADD CONSTRAINT user_times_check CHECK (is_date_time(created_at));

ALTER TABLE membership
  ADD CONSTRAINT membership_times_check CHECK (is_date_time(created_at) AND is_date_time(removed_at));

-- Removed members stay as history, so only the live ones are unique.
CREATE UNIQUE INDEX membership_live_key ON membership (organization_id, user_id) WHERE removed_at IS NULL;
CREATE INDEX membership_user_idx ON membership (user_id) WHERE removed_at IS NULL;
CREATE INDEX membership_list_idx ON membership (organization_id, created_at DESC, id DESC) WHERE removed_at IS NULL;

-- A token is a person's or an agent's; an agent's is good in its organization alone.
ALTER TABLE token
  ADD CONSTRAINT token_hash_check CHECK (hash ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT token_label_check CHECK (length(label) BETWEEN 1 AND 100),
  ADD CONSTRAINT token_holder_check CHECK (num_nonnulls(user_id, agent_id) = 1),
  ADD CONSTRAINT token_agent_reach_check CHECK (agent_id IS NULL OR organization_id IS NOT NULL),
  ADD CONSTRAINT token_times_check CHECK (
    is_date_time(created_at) AND is_date_time(expires_at) AND is_date_time(last_used_at) AND is_date_time(revoked_at)
  );

ALTER TABLE agent
  ADD CONSTRAINT agent_name_check CHECK (length(name) BETWEEN 1 AND 100),
  ADD CONSTRAINT agent_role_check CHECK (length(role) BETWEEN 1 AND 100),
  ADD CONSTRAINT agent_config_check CHECK (jsonb_typeof(config) = 'object'),
  ADD CONSTRAINT agent_template_check CHECK (template_agent_id <> id),
  ADD CONSTRAINT agent_offboard_reason_check CHECK (length(offboard_reason) BETWEEN 1 AND 1000),
  ADD CONSTRAINT agent_offboarded_check CHECK ((status = 'STOPPED') = (offboarded_at IS NOT NULL)),
  -- An agent that has ended has no container: a job was given the container to take it down.
  ADD CONSTRAINT agent_container_check CHECK (status IN ('PENDING', 'RUNNING') OR container_ref IS NULL),
  ADD CONSTRAINT agent_times_check CHECK (
    is_date_time(hired_at) AND is_date_time(offboarded_at) AND is_date_time(updated_at)
  );

-- The agents whose containers are looked at, again and again.
CREATE INDEX agent_container_idx ON agent (id) WHERE container_ref IS NOT NULL;

ALTER TABLE watched_repo
  ADD CONSTRAINT watched_repo_shape_check CHECK (is_repo(repo_owner, repo_name)),
  ADD CONSTRAINT watched_repo_owner_key_check CHECK (repo_owner_key = lower(repo_owner)),
  ADD CONSTRAINT watched_repo_name_key_check CHECK (repo_name_key = lower(repo_name)),
  ADD CONSTRAINT watched_repo_times_check CHECK (is_date_time(created_at));

ALTER TABLE agent_memory
  ADD CONSTRAINT agent_memory_key_check CHECK (length(key) BETWEEN 1 AND 255),
  ADD CONSTRAINT agent_memory_value_check CHECK (length(value) <= 65536),
  ADD CONSTRAINT agent_memory_times_check CHECK (is_date_time(created_at) AND is_date_time(updated_at));

ALTER TABLE agent_action
  ADD CONSTRAINT agent_action_action_check CHECK (length(action) BETWEEN 1 AND 255),
  ADD CONSTRAINT agent_action_metadata_check CHECK (jsonb_typeof(metadata) = 'object'),
  ADD CONSTRAINT agent_action_times_check CHECK (is_date_time(created_at));

ALTER TABLE reviewed_pull_request
  ADD CONSTRAINT reviewed_pull_request_shape_check CHECK (is_repo(repo_owner, repo_name)),
  ADD CONSTRAINT reviewed_pull_request_owner_key_check CHECK (repo_owner_key = lower(repo_owner)),
  ADD CONSTRAINT reviewed_pull_request_name_key_check CHECK (repo_name_key = lower(repo_name)),
  ADD CONSTRAINT reviewed_pull_request_number_check CHECK (number > 0),
  ADD CONSTRAINT reviewed_pull_request_times_check CHECK (is_date_time(reviewed_at));

ALTER TABLE project
  ADD CONSTRAINT project_slug_check CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  ADD CONSTRAINT project_name_check CHECK (length(name) BETWEEN 1 AND 100),
  ADD CONSTRAINT project_repo_url_check CHECK (repo_url <> '' AND length(repo_url) <= 2000),
  ADD CONSTRAINT project_scratch_check CHECK (kind <> 'SCRATCH' OR repo_url IS NULL),
  ADD CONSTRAINT project_times_check CHECK (
    is_date_time(created_at) AND is_date_time(updated_at) AND is_date_time(archived_at)
  );

ALTER TABLE session
  ADD CONSTRAINT session_num_check CHECK (num > 0),
  ADD CONSTRAINT session_display_name_check CHECK (length(display_name) BETWEEN 1 AND 20),
  ADD CONSTRAINT session_branch_check CHECK (length(branch) <= 255),
  ADD CONSTRAINT session_prompt_check CHECK (length(prompt) <= 4096),
  ADD CONSTRAINT session_workspace_path_check CHECK (workspace_path <> '' AND length(workspace_path) <= 4096),
  -- Only a session with an agent can signal, and only one that has not signalled is silent.
  ADD CONSTRAINT session_no_signal_check CHECK (
    no_signal_at IS NULL OR (agent_id IS NOT NULL AND first_signal_at IS NULL)
  ),
  ADD CONSTRAINT session_times_check CHECK (
    is_date_time(created_at) AND is_date_time(updated_at) AND is_date_time(activity_last_at)
    AND is_date_time(first_signal_at) AND is_date_time(no_signal_at)
  );

-- The sessions that a board shows first, however many have ended.
CREATE INDEX session_live_idx ON session (organization_id, created_at DESC, id DESC) WHERE NOT is_terminated;
-- The sessions that have not signalled yet: few, and looked at again and again.
CREATE INDEX session_silent_idx ON session (activity_last_at)
  WHERE agent_id IS NOT NULL AND first_signal_at IS NULL AND no_signal_at IS NULL AND NOT is_terminated;

ALTER TABLE pull_request
  -- Two spellings of one pull request are one row: the key is lower-case, the spelling stands beside it.
  ADD CONSTRAINT pull_request_host_check CHECK (host <> '' AND host = lower(host)),
  ADD CONSTRAINT pull_request_owner_key_check CHECK (repo_owner_key <> '' AND repo_owner_key = lower(repo_owner)),
  ADD CONSTRAINT pull_request_name_key_check CHECK (repo_name_key <> '' AND repo_name_key = lower(repo_name)),
  ADD CONSTRAINT pull_request_number_check CHECK (number > 0),
  ADD CONSTRAINT pull_request_size_check CHECK (additions >= 0 AND deletions >= 0 AND changed_files >= 0),
  ADD CONSTRAINT pull_request_draft_check CHECK (CASE state WHEN 'DRAFT' THEN is_draft WHEN 'OPEN' THEN NOT is_draft ELSE true END),
  ADD CONSTRAINT pull_request_times_check CHECK (
    is_date_time(created_at) AND is_date_time(updated_at) AND is_date_time(state_changed_at) AND is_date_time(observed_at)
  );

-- A repository that is transferred takes its pull requests along under new names; their ids on the host stay.
CREATE UNIQUE INDEX pull_request_external_key ON pull_request (organization_id, host, external_id)
  WHERE external_id <> '';

-- Facts from outside are numbered by a draw from here before they are fetched, so that a slow answer is known to be old.
CREATE SEQUENCE pull_request_facts_number;

ALTER TABLE pull_request_check
  ADD CONSTRAINT pull_request_check_name_check CHECK (name <> ''),
  ADD CONSTRAINT pull_request_check_times_check CHECK (is_date_time(created_at) AND is_date_time(updated_at));

ALTER TABLE pull_request_review_thread
  ADD CONSTRAINT pull_request_review_thread_line_check CHECK (line >= 0),
  ADD CONSTRAINT pull_request_review_thread_times_check CHECK (is_date_time(created_at) AND is_date_time(updated_at));

-- Read for every session on a board, and nearly always few. Threads of bots ask nothing of a session, but are shown.
CREATE INDEX pull_request_review_thread_open_idx ON pull_request_review_thread (pull_request_id, is_bot)
  WHERE NOT is_resolved;

ALTER TABLE pull_request_review
  ADD CONSTRAINT pull_request_review_times_check CHECK (is_date_time(submitted_at));

ALTER TABLE structure_event
  ADD CONSTRAINT structure_event_times_check CHECK (is_date_time(occurred_at));

ALTER TABLE idempotency_key
  ADD CONSTRAINT idempotency_key_key_check CHECK (length(key) BETWEEN 1 AND 255);

-- A viewer's keys are its own, per organization; acts outside any organization share one space.
CREATE UNIQUE INDEX idempotency_key_key ON idempotency_key (organization_id, viewer_id, key) NULLS NOT DISTINCT;

-- Rows come and go at once: vacuum by what died, not by what lives.
ALTER TABLE change_outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

ALTER TABLE feed_head
  ADD CONSTRAINT feed_head_is_singleton_check CHECK (is_singleton);

COMMENT ON TABLE change_outbox IS 'Captured changes that have no position yet.';
COMMENT ON TABLE change_log IS 'The stored feed: every committed change under its final position.';
COMMENT ON TABLE feed_head IS 'One row: the position given last, and the nonce that tells this installation from every other.';

INSERT INTO feed_head DEFAULT VALUES;

SELECT ensure_change_log_partitions(250000);

-- >>> prisma/sql/rule/agent.sql
CREATE OR REPLACE TRIGGER agent_touch BEFORE UPDATE ON agent
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

-- How the status of an agent may change. An agent does not come back: its successor is another agent.
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

CREATE OR REPLACE TRIGGER agent_is_kept BEFORE DELETE OR TRUNCATE ON agent
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('offboard it instead');

-- What an agent may hold depends on its status: repositories and live sessions while it is RUNNING, tokens until it has
-- ended. The agent's row is locked meanwhile, so that a transaction that ends the agent comes before or after, and
-- releases what is held by then.
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
  -- Without such an agent this is NULL, and the foreign key is about to fail.
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

-- An agent that has ended holds nothing: its repositories are free for another agent, its sessions have ended (so that
-- their pull requests can be claimed without a takeover), its tokens are revoked. The same statement does it all: there
-- is no moment in between.
CREATE OR REPLACE FUNCTION release_agent_holdings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  DELETE FROM watched_repo w WHERE w.agent_id = NEW.id;
  UPDATE session s SET is_terminated = true, activity_state = 'EXITED', activity_last_at = now()
   WHERE s.agent_id = NEW.id AND NOT s.is_terminated;
  UPDATE token t SET revoked_at = now() WHERE t.agent_id = NEW.id AND t.revoked_at IS NULL;
  RETURN NULL;
END
$$;

-- PostgreSQL fires triggers in the order of their names. This one fires before agent_capture: the feed tells of
-- what the agent held before it tells of the agent.
CREATE OR REPLACE TRIGGER agent_before_capture_release AFTER UPDATE ON agent
  FOR EACH ROW WHEN (OLD.status IN ('PENDING', 'RUNNING') AND NEW.status IN ('STOPPED', 'ERROR'))
  EXECUTE FUNCTION release_agent_holdings();

REVOKE EXECUTE ON FUNCTION hold_by_working_agent(), release_agent_holdings() FROM PUBLIC;

ALTER TABLE agent
  ENABLE ALWAYS TRIGGER agent_status_stays,
  ENABLE ALWAYS TRIGGER agent_stays,
  ENABLE ALWAYS TRIGGER agent_is_kept,
  ENABLE ALWAYS TRIGGER agent_before_capture_release;
ALTER TABLE watched_repo ENABLE ALWAYS TRIGGER watched_repo_agent_check;
ALTER TABLE token ENABLE ALWAYS TRIGGER token_agent_check;
ALTER TABLE session
  ENABLE ALWAYS TRIGGER session_insert_agent_check,
  ENABLE ALWAYS TRIGGER session_update_agent_check;
-- <<< prisma/sql/rule/agent.sql

-- >>> prisma/sql/rule/agent_action.sql
CREATE OR REPLACE TRIGGER agent_action_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON agent_action
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('the log of what an agent tried is kept as it was written');

ALTER TABLE agent_action ENABLE ALWAYS TRIGGER agent_action_is_kept;
-- <<< prisma/sql/rule/agent_action.sql

-- >>> prisma/sql/rule/agent_memory.sql
CREATE OR REPLACE TRIGGER agent_memory_touch BEFORE UPDATE ON agent_memory
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER agent_memory_stays BEFORE UPDATE ON agent_memory
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.agent_id, OLD.key) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.agent_id, NEW.key)
  )
  EXECUTE FUNCTION refuse('what is remembered stays with its agent, under its key');

CREATE OR REPLACE TRIGGER agent_memory_is_kept BEFORE DELETE OR TRUNCATE ON agent_memory
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('what an agent remembered is kept');

ALTER TABLE agent_memory
  ENABLE ALWAYS TRIGGER agent_memory_stays,
  ENABLE ALWAYS TRIGGER agent_memory_is_kept;
-- <<< prisma/sql/rule/agent_memory.sql

-- >>> prisma/sql/rule/feed.sql
-- A payload never grows without bound: of one over 64 KB, strings over 64 KB are cut, and named in `truncated`.
CREATE OR REPLACE FUNCTION bound_payload() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  max_bytes CONSTANT int := 65536;
  field record;
  cut text[] := '{}';
BEGIN
  IF octet_length(NEW.payload::text) <= max_bytes OR jsonb_typeof(NEW.payload -> 'row') IS DISTINCT FROM 'object' THEN
    RETURN NEW;
  END IF;
  FOR field IN
    SELECT key, value #>> '{}' AS text FROM jsonb_each(NEW.payload -> 'row')
     WHERE jsonb_typeof(value) = 'string' AND octet_length(value #>> '{}') > max_bytes
  LOOP
    -- At most four bytes a character in UTF-8, and never half a character.
    NEW.payload := jsonb_set(NEW.payload, ARRAY['row', field.key], to_jsonb(left(field.text, max_bytes / 4)));
    cut := cut || field.key;
  END LOOP;
  NEW.payload := NEW.payload || jsonb_build_object('truncated', cut);
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION bound_payload() FROM PUBLIC;

-- The size that is cheap to ask for is that of the stored form. A byte of it is at most six as text (a control
-- character becomes \u0000), so what is smaller than this cannot be over the bound.
CREATE OR REPLACE TRIGGER change_outbox_payload BEFORE INSERT ON change_outbox
  FOR EACH ROW WHEN (pg_column_size(NEW.payload) > 8192) EXECUTE FUNCTION bound_payload();

-- What the feed has told under a position stays as it was. Whole partitions go, with DROP TABLE; rows do not.
CREATE OR REPLACE TRIGGER change_log_is_kept BEFORE UPDATE OR DELETE ON change_log
  FOR EACH ROW EXECUTE FUNCTION refuse('what the feed has told stays as it was told');
CREATE OR REPLACE TRIGGER change_log_whole_is_kept BEFORE TRUNCATE ON change_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('what the feed has told stays as it was told');
CREATE OR REPLACE TRIGGER feed_head_is_kept BEFORE DELETE OR TRUNCATE ON feed_head
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('without its row nothing gets a position');

ALTER TABLE change_outbox ENABLE ALWAYS TRIGGER change_outbox_payload;
ALTER TABLE change_log
  ENABLE ALWAYS TRIGGER change_log_is_kept,
  ENABLE ALWAYS TRIGGER change_log_whole_is_kept;
ALTER TABLE feed_head ENABLE ALWAYS TRIGGER feed_head_is_kept;
-- <<< prisma/sql/rule/feed.sql

-- >>> prisma/sql/rule/membership.sql
CREATE OR REPLACE TRIGGER membership_touch BEFORE UPDATE ON membership
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER membership_stays BEFORE UPDATE ON membership
  FOR EACH ROW WHEN ((OLD.id, OLD.organization_id, OLD.user_id) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.user_id))
  EXECUTE FUNCTION refuse('a membership stays that of its person in its organization');

CREATE OR REPLACE TRIGGER membership_is_kept BEFORE DELETE OR TRUNCATE ON membership
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set removed_at instead');

-- An organization keeps an OWNER. Checked at the end of the transaction, so that ownership can be handed over in any
-- order, and in one transaction after another: of two owners who leave at once, the second sees that the first has left.
-- (The lock is a separate one: under the organization's row lock, a member's act and the end of the membership would
-- deadlock.)
CREATE OR REPLACE FUNCTION keep_an_owner() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('organization_owner:' || NEW.organization_id, 0));
  IF NOT EXISTS (
    SELECT FROM membership m WHERE m.organization_id = NEW.organization_id AND m.role = 'OWNER' AND m.removed_at IS NULL
  ) THEN
    RAISE EXCEPTION 'An organization keeps at least one OWNER.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_owner_check', TABLE = 'membership';
  END IF;
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION keep_an_owner() FROM PUBLIC;

-- A constraint trigger cannot be replaced, so it is dropped first.
DROP TRIGGER IF EXISTS organization_owner_check ON membership;
CREATE CONSTRAINT TRIGGER organization_owner_check AFTER UPDATE ON membership
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (
    OLD.role = 'OWNER' AND OLD.removed_at IS NULL AND (NEW.role <> 'OWNER' OR NEW.removed_at IS NOT NULL)
  )
  EXECUTE FUNCTION keep_an_owner();

ALTER TABLE membership
  ENABLE ALWAYS TRIGGER membership_stays,
  ENABLE ALWAYS TRIGGER membership_is_kept,
  ENABLE ALWAYS TRIGGER organization_owner_check;
-- <<< prisma/sql/rule/membership.sql

-- >>> prisma/sql/rule/organization.sql
CREATE OR REPLACE TRIGGER organization_touch BEFORE UPDATE ON organization
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER organization_stays BEFORE UPDATE ON organization
  FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id)
  EXECUTE FUNCTION refuse('a row keeps its id');

ALTER TABLE organization ENABLE ALWAYS TRIGGER organization_stays;
-- <<< prisma/sql/rule/organization.sql

-- >>> prisma/sql/rule/project.sql
-- A new session's number is not an update of its project.
CREATE OR REPLACE TRIGGER project_touch BEFORE UPDATE ON project
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.* AND OLD.last_session_num = NEW.last_session_num)
  EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER project_stays BEFORE UPDATE ON project
  FOR EACH ROW WHEN ((OLD.id, OLD.organization_id) IS DISTINCT FROM (NEW.id, NEW.organization_id))
  EXECUTE FUNCTION refuse('a project stays in its organization');

CREATE OR REPLACE TRIGGER project_is_kept BEFORE DELETE OR TRUNCATE ON project
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set archived_at instead');

ALTER TABLE project
  ENABLE ALWAYS TRIGGER project_stays,
  ENABLE ALWAYS TRIGGER project_is_kept;
-- <<< prisma/sql/rule/project.sql

-- >>> prisma/sql/rule/pull_request.sql
CREATE OR REPLACE TRIGGER pull_request_touch BEFORE UPDATE ON pull_request
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER pull_request_stays BEFORE UPDATE ON pull_request
  FOR EACH ROW WHEN ((OLD.id, OLD.organization_id) IS DISTINCT FROM (NEW.id, NEW.organization_id))
  EXECUTE FUNCTION refuse('a pull request stays in its organization');

CREATE OR REPLACE TRIGGER pull_request_is_kept BEFORE DELETE OR TRUNCATE ON pull_request
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('pull requests are kept');

-- Pull requests are held by workers, in projects that have a repository. Checked when a pull request gets a holder, and
-- when a session or project that holds some changes its kind. The holder is locked against that change meanwhile.
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

-- A merge ends the session that asked for it, once none of its pull requests is open and one was merged: whoever records
-- the merge, in the same transaction. (The session is locked first: of two merges at once, the second sees the first.)
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

-- PostgreSQL fires triggers in the order of their names. This one fires after the capture: the feed tells of the merge
-- before it tells of the end of the session.
CREATE OR REPLACE TRIGGER pull_request_update_terminate AFTER UPDATE ON pull_request
  FOR EACH ROW WHEN (OLD.state <> NEW.state AND NEW.state IN ('MERGED', 'CLOSED'))
  EXECUTE FUNCTION terminate_session_on_merge();

REVOKE EXECUTE ON FUNCTION keep_pull_requests_with_workers(), terminate_session_on_merge() FROM PUBLIC;

ALTER TABLE pull_request
  ENABLE ALWAYS TRIGGER pull_request_stays,
  ENABLE ALWAYS TRIGGER pull_request_is_kept,
  ENABLE ALWAYS TRIGGER pull_request_insert_holder_check,
  ENABLE ALWAYS TRIGGER pull_request_update_holder_check,
  ENABLE ALWAYS TRIGGER pull_request_update_terminate;
ALTER TABLE session ENABLE ALWAYS TRIGGER session_holder_check;
ALTER TABLE project ENABLE ALWAYS TRIGGER project_holder_check;
-- <<< prisma/sql/rule/pull_request.sql

-- >>> prisma/sql/rule/pull_request_check.sql
CREATE OR REPLACE TRIGGER pull_request_check_touch BEFORE UPDATE ON pull_request_check
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER pull_request_check_stays BEFORE UPDATE ON pull_request_check
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.pull_request_id) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.pull_request_id)
  )
  EXECUTE FUNCTION refuse('a check stays with its pull request');

CREATE OR REPLACE TRIGGER pull_request_check_is_kept BEFORE DELETE OR TRUNCATE ON pull_request_check
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('checks are kept');

ALTER TABLE pull_request_check
  ENABLE ALWAYS TRIGGER pull_request_check_stays,
  ENABLE ALWAYS TRIGGER pull_request_check_is_kept;
-- <<< prisma/sql/rule/pull_request_check.sql

-- >>> prisma/sql/rule/pull_request_review_thread.sql
CREATE OR REPLACE TRIGGER pull_request_review_thread_touch BEFORE UPDATE ON pull_request_review_thread
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER pull_request_review_thread_stays BEFORE UPDATE ON pull_request_review_thread
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.pull_request_id) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.pull_request_id)
  )
  EXECUTE FUNCTION refuse('a review thread stays with its pull request');

CREATE OR REPLACE TRIGGER pull_request_review_thread_is_kept BEFORE DELETE OR TRUNCATE ON pull_request_review_thread
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set is_resolved instead');

ALTER TABLE pull_request_review_thread
  ENABLE ALWAYS TRIGGER pull_request_review_thread_stays,
  ENABLE ALWAYS TRIGGER pull_request_review_thread_is_kept;
-- <<< prisma/sql/rule/pull_request_review_thread.sql

-- >>> prisma/sql/rule/reviewed_pull_request.sql
CREATE OR REPLACE TRIGGER reviewed_pull_request_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON reviewed_pull_request
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('what was reviewed stays reviewed');

ALTER TABLE reviewed_pull_request ENABLE ALWAYS TRIGGER reviewed_pull_request_is_kept;
-- <<< prisma/sql/rule/reviewed_pull_request.sql

-- >>> prisma/sql/rule/session.sql
-- Numbers a session within its project. The update locks the project's row, so that concurrent spawns get
-- consecutive numbers, and a spawn that is rolled back gives its number back.
CREATE OR REPLACE FUNCTION number_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  UPDATE project
     SET last_session_num = last_session_num + 1
   WHERE id = NEW.project_id AND organization_id = NEW.organization_id
  RETURNING last_session_num INTO NEW.num;
  -- Without such a project the foreign key is about to fail, and its error should be the one raised, not the CHECK's.
  NEW.num := coalesce(NEW.num, 1);
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION number_session() FROM PUBLIC;

CREATE OR REPLACE TRIGGER session_number BEFORE INSERT ON session
  FOR EACH ROW EXECUTE FUNCTION number_session();

CREATE OR REPLACE TRIGGER session_touch BEFORE UPDATE ON session
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER session_stays BEFORE UPDATE ON session
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.project_id, OLD.num, OLD.agent_id) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.project_id, NEW.num, NEW.agent_id)
  )
  EXECUTE FUNCTION refuse('a session stays in its project, under its number, and that of its agent');

-- A session may be deleted while it owns no pull request: the foreign key refuses the rest.
CREATE OR REPLACE TRIGGER session_is_kept BEFORE TRUNCATE ON session
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set is_terminated instead');

ALTER TABLE session
  ENABLE ALWAYS TRIGGER session_stays,
  ENABLE ALWAYS TRIGGER session_is_kept;
-- <<< prisma/sql/rule/session.sql

-- >>> prisma/sql/rule/structure_event.sql
CREATE OR REPLACE TRIGGER structure_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON structure_event
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('the audit trail is kept as it was written');

ALTER TABLE structure_event ENABLE ALWAYS TRIGGER structure_event_is_kept;
-- <<< prisma/sql/rule/structure_event.sql

-- >>> prisma/sql/rule/token.sql
-- When a token was last used is not an update of it.
CREATE OR REPLACE TRIGGER token_touch BEFORE UPDATE ON token
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.* AND OLD.last_used_at IS NOT DISTINCT FROM NEW.last_used_at)
  EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER token_stays BEFORE UPDATE ON token
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.user_id, OLD.agent_id) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.user_id, NEW.agent_id)
  )
  EXECUTE FUNCTION refuse('a token stays that of its holder, with the same reach');

CREATE OR REPLACE TRIGGER token_stays_revoked BEFORE UPDATE ON token
  FOR EACH ROW WHEN (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NULL)
  EXECUTE FUNCTION refuse('a revoked token stays revoked');

CREATE OR REPLACE TRIGGER token_is_kept BEFORE DELETE OR TRUNCATE ON token
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set revoked_at instead');

ALTER TABLE token
  ENABLE ALWAYS TRIGGER token_stays,
  ENABLE ALWAYS TRIGGER token_stays_revoked,
  ENABLE ALWAYS TRIGGER token_is_kept;
-- <<< prisma/sql/rule/token.sql

-- >>> prisma/sql/rule/user.sql
CREATE OR REPLACE TRIGGER user_touch BEFORE UPDATE ON "user"
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();
-- <<< prisma/sql/rule/user.sql

-- >>> prisma/sql/rule/watched_repo.sql
CREATE OR REPLACE TRIGGER watched_repo_stays BEFORE UPDATE ON watched_repo
  FOR EACH ROW EXECUTE FUNCTION refuse('release the repository, and watch it anew');

CREATE OR REPLACE TRIGGER watched_repo_is_kept BEFORE TRUNCATE ON watched_repo
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('delete the rows instead');

ALTER TABLE watched_repo
  ENABLE ALWAYS TRIGGER watched_repo_stays,
  ENABLE ALWAYS TRIGGER watched_repo_is_kept;
-- <<< prisma/sql/rule/watched_repo.sql

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
      CASE WHEN NEW.failure         IS DISTINCT FROM OLD.failure         THEN 'failure' END,
      CASE WHEN NEW.name            IS DISTINCT FROM OLD.name            THEN 'name' END,
      CASE WHEN NEW.offboard_reason IS DISTINCT FROM OLD.offboard_reason THEN 'offboardReason' END,
      CASE WHEN NEW.offboarded_at   IS DISTINCT FROM OLD.offboarded_at   THEN 'offboardedAt' END,
      CASE WHEN NEW.role            IS DISTINCT FROM OLD.role            THEN 'role' END,
      CASE WHEN NEW.status          IS DISTINCT FROM OLD.status          THEN 'status' END
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
    'Agent', NEW.id, ARRAY[NEW.id, NEW.hired_by_id],
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('Agent', NEW.id),
      'name', NEW.name,
      'role', NEW.role,
      'status', NEW.status,
      'hiredBy', global_id('User', NEW.hired_by_id),
      'hiredAt', date_time(NEW.hired_at),
      'offboardedAt', date_time(NEW.offboarded_at),
      'offboardReason', NEW.offboard_reason,
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

-- >>> prisma/sql/capture/membership.sql
-- membership → MEMBER_CREATED, MEMBER_UPDATED, MEMBER_ARCHIVED
CREATE OR REPLACE FUNCTION capture_membership() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.created_at IS DISTINCT FROM OLD.created_at THEN 'createdAt' END,
      CASE WHEN NEW.removed_at IS DISTINCT FROM OLD.removed_at THEN 'removedAt' END,
      CASE WHEN NEW.role       IS DISTINCT FROM OLD.role       THEN 'role' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'MEMBER_CREATED'
      WHEN OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL THEN 'MEMBER_ARCHIVED'
      ELSE 'MEMBER_UPDATED'
    END,
    'Membership', NEW.id, ARRAY[NEW.id, NEW.user_id],
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('Membership', NEW.id),
      'user', global_id('User', NEW.user_id),
      'role', NEW.role,
      'createdAt', date_time(NEW.created_at),
      'removedAt', date_time(NEW.removed_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_membership() FROM PUBLIC;

CREATE OR REPLACE TRIGGER membership_capture AFTER INSERT OR UPDATE ON membership
  FOR EACH ROW EXECUTE FUNCTION capture_membership();

ALTER TABLE membership ENABLE ALWAYS TRIGGER membership_capture;
-- <<< prisma/sql/capture/membership.sql

-- >>> prisma/sql/capture/project.sql
-- project → PROJECT_CREATED, PROJECT_UPDATED, PROJECT_ARCHIVED
CREATE OR REPLACE FUNCTION capture_project() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.archived_at IS DISTINCT FROM OLD.archived_at THEN 'archivedAt' END,
      CASE WHEN NEW.created_at  IS DISTINCT FROM OLD.created_at  THEN 'createdAt' END,
      CASE WHEN NEW.kind        IS DISTINCT FROM OLD.kind        THEN 'kind' END,
      CASE WHEN NEW.name        IS DISTINCT FROM OLD.name        THEN 'name' END,
      CASE WHEN NEW.repo_url    IS DISTINCT FROM OLD.repo_url    THEN 'repoUrl' END,
      CASE WHEN NEW.slug        IS DISTINCT FROM OLD.slug        THEN 'slug' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'PROJECT_CREATED'
      WHEN OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL THEN 'PROJECT_ARCHIVED'
      ELSE 'PROJECT_UPDATED'
    END,
    'Project', NEW.id, ARRAY[NEW.id],
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('Project', NEW.id),
      'slug', NEW.slug,
      'name', NEW.name,
      'repoUrl', NEW.repo_url,
      'kind', NEW.kind,
      'archivedAt', date_time(NEW.archived_at),
      'createdAt', date_time(NEW.created_at),
      'updatedAt', date_time(NEW.updated_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_project() FROM PUBLIC;

CREATE OR REPLACE TRIGGER project_capture AFTER INSERT OR UPDATE ON project
  FOR EACH ROW EXECUTE FUNCTION capture_project();

ALTER TABLE project ENABLE ALWAYS TRIGGER project_capture;
-- <<< prisma/sql/capture/project.sql

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
      CASE WHEN NEW.changed_files    IS DISTINCT FROM OLD.changed_files    THEN 'changedFiles' END,
      CASE WHEN NEW.ci_state         IS DISTINCT FROM OLD.ci_state         THEN 'ciState' END,
      CASE WHEN NEW.created_at       IS DISTINCT FROM OLD.created_at       THEN 'createdAt' END,
      CASE WHEN NEW.deletions        IS DISTINCT FROM OLD.deletions        THEN 'deletions' END,
      CASE WHEN NEW.head_sha         IS DISTINCT FROM OLD.head_sha         THEN 'headSha' END,
      CASE WHEN NEW.is_draft         IS DISTINCT FROM OLD.is_draft         THEN 'isDraft' END,
      CASE WHEN NEW.mergeability     IS DISTINCT FROM OLD.mergeability     THEN 'mergeability' END,
      CASE WHEN NEW.number           IS DISTINCT FROM OLD.number           THEN 'number' END,
      CASE WHEN (NEW.repo_owner, NEW.repo_name) IS DISTINCT FROM (OLD.repo_owner, OLD.repo_name) THEN 'repo' END,
      CASE WHEN NEW.review_decision  IS DISTINCT FROM OLD.review_decision  THEN 'reviewDecision' END,
      CASE WHEN NEW.session_id       IS DISTINCT FROM OLD.session_id       THEN 'session' END,
      CASE WHEN NEW.source_branch    IS DISTINCT FROM OLD.source_branch    THEN 'sourceBranch' END,
      CASE WHEN NEW.state            IS DISTINCT FROM OLD.state            THEN 'state' END,
      CASE WHEN NEW.state_changed_at IS DISTINCT FROM OLD.state_changed_at THEN 'stateChangedAt' END,
      CASE WHEN NEW.target_branch    IS DISTINCT FROM OLD.target_branch    THEN 'targetBranch' END,
      CASE WHEN NEW.title            IS DISTINCT FROM OLD.title            THEN 'title' END,
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
    'targetBranch', NEW.target_branch,
    'isDraft', NEW.is_draft,
    'state', NEW.state,
    'ciState', NEW.ci_state,
    'reviewDecision', NEW.review_decision,
    'mergeability', NEW.mergeability,
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
  -- A new session is a change of its own, which both sides hear; then what else changed, which the new side hears.
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
    -- A thread moves with every push; what people wait for is that it is resolved, or opened again.
    IF NEW.is_resolved IS NOT DISTINCT FROM OLD.is_resolved THEN
      RETURN NULL;
    END IF;
    changed := array_remove(ARRAY[
      CASE WHEN NEW.created_at  IS DISTINCT FROM OLD.created_at  THEN 'createdAt' END,
      CASE WHEN NEW.is_bot      IS DISTINCT FROM OLD.is_bot      THEN 'isBot' END,
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

-- >>> prisma/sql/capture/session.sql
-- session → SESSION_CREATED, SESSION_UPDATED, SESSION_DELETED
CREATE OR REPLACE FUNCTION capture_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  s session;
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'DELETE' THEN s := OLD; ELSE s := NEW; END IF;
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.activity_state        IS DISTINCT FROM OLD.activity_state        THEN 'activityState' END,
      CASE WHEN NEW.branch                IS DISTINCT FROM OLD.branch                THEN 'branch' END,
      CASE WHEN NEW.created_at            IS DISTINCT FROM OLD.created_at            THEN 'createdAt' END,
      CASE WHEN NEW.display_name          IS DISTINCT FROM OLD.display_name          THEN 'displayName' END,
      CASE WHEN NEW.first_signal_at       IS DISTINCT FROM OLD.first_signal_at       THEN 'firstSignalAt' END,
      CASE WHEN NEW.is_terminated         IS DISTINCT FROM OLD.is_terminated         THEN 'isTerminated' END,
      CASE WHEN NEW.kind                  IS DISTINCT FROM OLD.kind                  THEN 'kind' END,
      CASE WHEN NEW.launch_id             IS DISTINCT FROM OLD.launch_id             THEN 'launchId' END,
      CASE WHEN NEW.terminate_on_pr_merge IS DISTINCT FROM OLD.terminate_on_pr_merge THEN 'mergePolicy' END,
      CASE WHEN NEW.no_signal_at          IS DISTINCT FROM OLD.no_signal_at          THEN 'noSignalAt' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    s.organization_id,
    CASE TG_OP WHEN 'INSERT' THEN 'SESSION_CREATED' WHEN 'DELETE' THEN 'SESSION_DELETED' ELSE 'SESSION_UPDATED' END,
    'Session', s.id, array_remove(ARRAY[s.id, s.project_id, s.agent_id], NULL),
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
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
      'launchId', s.launch_id,
      'isTerminated', s.is_terminated,
      'mergePolicy', jsonb_build_object('terminateOnPrMerge', s.terminate_on_pr_merge),
      'branch', s.branch,
      'createdAt', date_time(s.created_at),
      'updatedAt', date_time(s.updated_at)
    ))
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

-- >>> prisma/sql/capture/token.sql
-- token → TOKEN_CREATED, TOKEN_UPDATED, TOKEN_ARCHIVED
-- A person's token that is good for all their organizations belongs to none of them: no feed tells of it.
CREATE OR REPLACE FUNCTION capture_token() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.created_at IS DISTINCT FROM OLD.created_at THEN 'createdAt' END,
      CASE WHEN NEW.expires_at IS DISTINCT FROM OLD.expires_at THEN 'expiresAt' END,
      CASE WHEN NEW.label      IS DISTINCT FROM OLD.label      THEN 'label' END,
      CASE WHEN NEW.prefix     IS DISTINCT FROM OLD.prefix     THEN 'prefix' END,
      CASE WHEN NEW.revoked_at IS DISTINCT FROM OLD.revoked_at THEN 'revokedAt' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'TOKEN_CREATED'
      WHEN OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL THEN 'TOKEN_ARCHIVED'
      ELSE 'TOKEN_UPDATED'
    END,
    'Token', NEW.id, array_remove(ARRAY[NEW.id, NEW.user_id, NEW.agent_id], NULL),
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('Token', NEW.id),
      'user', global_id('User', NEW.user_id),
      'agent', global_id('Agent', NEW.agent_id),
      'label', NEW.label,
      'prefix', NEW.prefix,
      'createdAt', date_time(NEW.created_at),
      'expiresAt', date_time(NEW.expires_at),
      'lastUsedAt', date_time(NEW.last_used_at),
      'revokedAt', date_time(NEW.revoked_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_token() FROM PUBLIC;

CREATE OR REPLACE TRIGGER token_capture AFTER INSERT OR UPDATE ON token
  FOR EACH ROW WHEN (NEW.organization_id IS NOT NULL) EXECUTE FUNCTION capture_token();

ALTER TABLE token ENABLE ALWAYS TRIGGER token_capture;
-- <<< prisma/sql/capture/token.sql

-- >>> prisma/sql/capture/watched_repo.sql
-- watched_repo → REPO_WATCHED, REPO_RELEASED
-- A row is never updated (rule/watched_repo.sql).
CREATE OR REPLACE FUNCTION capture_watched_repo() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  w watched_repo;
BEGIN
  IF TG_OP = 'DELETE' THEN w := OLD; ELSE w := NEW; END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    w.organization_id,
    CASE TG_OP WHEN 'INSERT' THEN 'REPO_WATCHED' ELSE 'REPO_RELEASED' END,
    'WatchedRepo', w.id, ARRAY[w.id, w.agent_id],
    jsonb_build_object('changed', '{}'::text[], 'row', jsonb_build_object(
      'id', global_id('WatchedRepo', w.id),
      'agent', global_id('Agent', w.agent_id),
      'repo', repo_image(w.repo_owner, w.repo_name),
      'createdAt', date_time(w.created_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_watched_repo() FROM PUBLIC;

CREATE OR REPLACE TRIGGER watched_repo_capture AFTER INSERT OR DELETE ON watched_repo
  FOR EACH ROW EXECUTE FUNCTION capture_watched_repo();

ALTER TABLE watched_repo ENABLE ALWAYS TRIGGER watched_repo_capture;
-- <<< prisma/sql/capture/watched_repo.sql

-- >>> prisma/sql/view/failing_check.sql
DROP VIEW IF EXISTS failing_check;
CREATE VIEW failing_check AS
SELECT
  c.id, c.organization_id, p.id AS pull_request_id, c.name, c.commit_sha, c.status, c.conclusion, c.url, c.external_id,
  c.created_at, c.updated_at
FROM pull_request p
JOIN pull_request_check c
  ON (c.organization_id, c.pull_request_id, c.commit_sha) = (p.organization_id, p.id, p.head_sha)
WHERE p.state IN ('OPEN', 'DRAFT') AND p.ci_state = 'FAILING' AND c.status IN ('FAILED', 'CANCELLED');

COMMENT ON VIEW failing_check IS 'The checks of the head commit that did not pass, of an open pull request whose CI fails.';
-- <<< prisma/sql/view/failing_check.sql

-- >>> prisma/sql/view/latest_review.sql
-- Only verdicts count: a comment after an approval does not take it back.
DROP VIEW IF EXISTS latest_review;
CREATE VIEW latest_review AS
SELECT DISTINCT ON (r.pull_request_id, r.author, r.is_bot)
  r.id, r.organization_id, r.pull_request_id, r.external_id, r.author, r.state, r.body, r.url, r.is_bot, r.submitted_at
FROM pull_request_review r
WHERE r.state IN ('APPROVED', 'CHANGES_REQUESTED')
ORDER BY r.pull_request_id, r.author, r.is_bot, r.submitted_at DESC, r.id DESC;

COMMENT ON VIEW latest_review IS 'Of each reviewer of a pull request the latest review that decided something.';
-- <<< prisma/sql/view/latest_review.sql

-- >>> prisma/sql/view/session_status.sql
-- What a board shows of a session: its status, its lane, how urgent it is, and when time alone will change the status.
-- Derived here and nowhere else, so that it can be sorted and filtered in SQL, and cannot disagree with the facts.
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
    WHEN living.status IN ('NEEDS_INPUT', 'EXITED', 'NO_SIGNAL', 'CI_FAILED', 'CHANGES_REQUESTED') THEN 'NEEDS_YOU'
    WHEN living.status IN ('MERGEABLE', 'APPROVED', 'MERGED') THEN 'READY_TO_MERGE'
    WHEN living.status IN ('REVIEW_PENDING', 'PR_OPEN', 'DRAFT') THEN 'IN_REVIEW'
    ELSE 'WORKING'
  END::session_lane AS lane,
  -- From 1: waits for a person, a person can finish it, waits for others, goes on by itself, is over.
  CASE
    WHEN s.is_terminated THEN 14
    ELSE array_position(
      ARRAY[
        'NEEDS_INPUT', 'EXITED', 'NO_SIGNAL', 'CI_FAILED', 'CHANGES_REQUESTED',
        'MERGEABLE', 'APPROVED', 'MERGED',
        'REVIEW_PENDING', 'PR_OPEN', 'DRAFT',
        'IDLE', 'WORKING'
      ]::session_display_status[],
      living.status
    )
  END AS urgency,
  CASE
    WHEN silence.is_possible AND NOT silence.is_certain AND scm.scm_status IS NULL THEN silence.begins_after
  END::timestamptz(3) AS status_changes_at
FROM session s
-- What its pull requests say together: the worst of the open ones, else MERGED if one was merged.
CROSS JOIN LATERAL (
  SELECT (
    WITH pr AS MATERIALIZED (
      -- A single pull request: the first rule that fits. A closed one says nothing.
      SELECT
        p.id, p.host, p.repo_owner_key, p.repo_name_key, p.source_branch, p.target_branch,
        CASE
          WHEN p.state = 'MERGED' THEN 'MERGED'
          WHEN p.state = 'CLOSED' THEN NULL
          WHEN p.ci_state = 'FAILING' THEN 'CI_FAILED'
          WHEN p.state = 'DRAFT' THEN 'DRAFT'
          WHEN p.review_decision = 'CHANGES_REQUESTED' OR EXISTS (
            SELECT FROM pull_request_review_thread t
             WHERE t.pull_request_id = p.id AND NOT t.is_resolved AND NOT t.is_bot
          ) THEN 'CHANGES_REQUESTED'
          WHEN p.mergeability = 'MERGEABLE' THEN 'MERGEABLE'
          WHEN p.review_decision = 'APPROVED' THEN 'APPROVED'
          WHEN p.review_decision = 'REVIEW_REQUIRED' THEN 'REVIEW_PENDING'
          ELSE 'PR_OPEN'
        END::session_display_status AS status
      FROM pull_request p
      WHERE p.session_id = s.id
    )
    SELECT coalesce(
      -- A pull request stacked on another open one waits for it, and counts only when it is itself in trouble …
      min(pr.status) FILTER (
        WHERE pr.status IN ('CI_FAILED', 'CHANGES_REQUESTED', 'DRAFT')
           OR pr.status < 'MERGED' AND NOT EXISTS (
              SELECT FROM pr below
               WHERE below.status < 'MERGED'
                 AND below.id <> pr.id
                 AND below.source_branch = pr.target_branch
                 AND (below.host, below.repo_owner_key, below.repo_name_key) = (pr.host, pr.repo_owner_key, pr.repo_name_key)
                 AND pr.target_branch <> ''
           )
      ),
      -- … unless no other one is open.
      min(pr.status)
    )
    FROM pr
  ) AS scm_status
) scm
-- A session with an agent can signal, and is silent when it has not for more than 90 seconds; to the millisecond, as the
-- columns are.
CROSS JOIN LATERAL (
  SELECT
    s.agent_id IS NOT NULL AND s.first_signal_at IS NULL AND s.activity_state = 'IDLE' AND NOT s.is_terminated AS is_possible,
    s.activity_last_at + interval '90 s' AS begins_after,
    date_trunc('milliseconds', now()) > s.activity_last_at + interval '90 s' AS is_certain
) silence
-- A session that has not ended: the first rule that fits.
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
  -- Without this the planner would copy the expression to wherever it is used, and evaluate each copy.
  OFFSET 0
) living;

COMMENT ON VIEW session_status IS 'What people see of a session: derived from it and its pull requests, never stored.';
-- <<< prisma/sql/view/session_status.sql

-- >>> prisma/sql/view/unresolved_reviewer.sql
-- A thread belongs to the person who opened it. Comments stay private.
DROP VIEW IF EXISTS unresolved_reviewer;
CREATE VIEW unresolved_reviewer AS
SELECT
  t.pull_request_id,
  t.reviewer,
  t.is_bot,
  count(*)::integer AS count,
  (
    SELECT nullif(r.url, '') FROM pull_request_review r
     WHERE (r.pull_request_id, r.author, r.is_bot) = (t.pull_request_id, t.reviewer, t.is_bot)
     ORDER BY r.submitted_at DESC, r.id DESC
     LIMIT 1
  ) AS review_url,
  to_jsonb((
    array_agg(jsonb_build_object('url', t.url, 'file', t.path, 'line', t.line) ORDER BY t.created_at, t.id)
  )[1:10]) AS links
FROM (
  SELECT
    t.id, t.pull_request_id, t.is_bot, t.path, t.line, t.created_at,
    -- As GitHub shows a deleted account.
    coalesce(opening.author, 'ghost') AS reviewer,
    coalesce(opening.url, '') AS url
  FROM pull_request_review_thread t
  LEFT JOIN LATERAL (
    SELECT c.author, c.url FROM pull_request_review_comment c
     WHERE c.thread_id = t.id
     ORDER BY c.created_at, c.id
     LIMIT 1
  ) opening ON true
  WHERE NOT t.is_resolved
) t
GROUP BY t.pull_request_id, t.reviewer, t.is_bot;

COMMENT ON VIEW unresolved_reviewer IS 'Who opened review threads of a pull request that are not resolved, and where.';
-- <<< prisma/sql/view/unresolved_reviewer.sql
