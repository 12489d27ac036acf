-- The tables as schema.prisma describes them. The rules that hold between their rows come next.

-- A time-ordered id (RFC 9562, version 7), so that programs beside Muster get one by default too. PostgreSQL has
-- its own only from version 18 on.
CREATE FUNCTION uuid_v7() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN encode(
  set_bit(
    set_bit(
      overlay(
        uuid_send(gen_random_uuid())
        PLACING substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
        FROM 1 FOR 6
      ),
      52, 1
    ),
    53, 1
  ),
  'hex'
)::uuid;

CREATE TYPE "membership_role" AS ENUM ('OWNER', 'ADMIN', 'MEMBER');

CREATE TYPE "project_kind" AS ENUM ('SINGLE_REPO', 'SCRATCH');

CREATE TYPE "session_kind" AS ENUM ('WORKER', 'ORCHESTRATOR');

CREATE TYPE "activity_state" AS ENUM ('ACTIVE', 'IDLE', 'WAITING_INPUT', 'BLOCKED', 'EXITED');

CREATE TYPE "pull_request_state" AS ENUM ('DRAFT', 'OPEN', 'MERGED', 'CLOSED');

CREATE TYPE "ci_state" AS ENUM ('UNKNOWN', 'PENDING', 'PASSING', 'FAILING');

CREATE TYPE "review_decision" AS ENUM ('NONE', 'APPROVED', 'CHANGES_REQUESTED', 'REVIEW_REQUIRED');

CREATE TYPE "mergeability" AS ENUM ('UNKNOWN', 'MERGEABLE', 'CONFLICTING', 'BLOCKED', 'UNSTABLE');

CREATE TYPE "check_status" AS ENUM ('UNKNOWN', 'QUEUED', 'IN_PROGRESS', 'PASSED', 'FAILED', 'SKIPPED', 'CANCELLED');

CREATE TYPE "actor_kind" AS ENUM ('USER', 'AGENT', 'SYSTEM', 'DATABASE');

CREATE TABLE "organization" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organization_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "user" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "personal_organization_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

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

CREATE TABLE "token" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID,
    "user_id" UUID NOT NULL,
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

CREATE TABLE "session" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "num" INTEGER NOT NULL DEFAULT 0,
    "kind" "session_kind" NOT NULL DEFAULT 'WORKER',
    "display_name" TEXT,
    "activity_state" "activity_state" NOT NULL DEFAULT 'IDLE',
    "activity_last_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "first_signal_at" TIMESTAMPTZ(3),
    "is_terminated" BOOLEAN NOT NULL DEFAULT false,
    "branch" TEXT NOT NULL DEFAULT '',
    "workspace_path" TEXT,
    "prompt" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

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

CREATE UNIQUE INDEX "organization_slug_key" ON "organization"("slug");

CREATE UNIQUE INDEX "user_email_key" ON "user"("email");

CREATE UNIQUE INDEX "user_personal_organization_id_key" ON "user"("personal_organization_id");

CREATE UNIQUE INDEX "token_hash_key" ON "token"("hash");

CREATE INDEX "token_list_idx" ON "token"("organization_id", "created_at" DESC, "id" DESC);

CREATE INDEX "token_user_idx" ON "token"("user_id");

CREATE INDEX "project_list_idx" ON "project"("organization_id", "created_at" DESC, "id" DESC);

CREATE UNIQUE INDEX "project_slug_key" ON "project"("organization_id", "slug");

CREATE UNIQUE INDEX "project_tenant_key" ON "project"("organization_id", "id");

CREATE INDEX "session_list_idx" ON "session"("organization_id", "created_at" DESC, "id" DESC);

CREATE INDEX "session_project_list_idx" ON "session"("project_id", "created_at" DESC, "id" DESC);

CREATE UNIQUE INDEX "session_num_key" ON "session"("organization_id", "project_id", "num");

CREATE UNIQUE INDEX "session_tenant_key" ON "session"("organization_id", "id");

CREATE INDEX "pull_request_list_idx" ON "pull_request"("organization_id", "created_at" DESC, "id" DESC);

CREATE INDEX "pull_request_session_idx" ON "pull_request"("session_id", "created_at" DESC, "id" DESC);

CREATE UNIQUE INDEX "pull_request_key" ON "pull_request"("organization_id", "host", "repo_owner_key", "repo_name_key", "number");

CREATE UNIQUE INDEX "pull_request_tenant_key" ON "pull_request"("organization_id", "id");

CREATE UNIQUE INDEX "pull_request_check_key" ON "pull_request_check"("organization_id", "pull_request_id", "commit_sha", "name");

CREATE UNIQUE INDEX "pull_request_review_thread_key" ON "pull_request_review_thread"("organization_id", "pull_request_id", "external_id");

CREATE UNIQUE INDEX "pull_request_review_thread_owner_key" ON "pull_request_review_thread"("organization_id", "pull_request_id", "id");

CREATE INDEX "pull_request_review_comment_thread_idx" ON "pull_request_review_comment"("thread_id");

CREATE UNIQUE INDEX "pull_request_review_comment_key" ON "pull_request_review_comment"("organization_id", "pull_request_id", "external_id");

CREATE UNIQUE INDEX "pull_request_review_key" ON "pull_request_review"("organization_id", "pull_request_id", "external_id");

CREATE INDEX "structure_event_list_idx" ON "structure_event"("organization_id", "occurred_at" DESC, "id" DESC);

CREATE INDEX "structure_event_subject_idx" ON "structure_event"("organization_id", "subject_id");

CREATE INDEX "idempotency_key_expiry_idx" ON "idempotency_key"("viewer_id", "created_at");

ALTER TABLE "user" ADD CONSTRAINT "user_personal_organization_id_fkey" FOREIGN KEY ("personal_organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "membership" ADD CONSTRAINT "membership_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "membership" ADD CONSTRAINT "membership_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "token" ADD CONSTRAINT "token_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "token" ADD CONSTRAINT "token_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "token" ADD CONSTRAINT "token_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "project" ADD CONSTRAINT "project_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "session" ADD CONSTRAINT "session_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "session" ADD CONSTRAINT "session_project_fkey" FOREIGN KEY ("organization_id", "project_id") REFERENCES "project"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "pull_request" ADD CONSTRAINT "pull_request_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "pull_request" ADD CONSTRAINT "pull_request_session_fkey" FOREIGN KEY ("organization_id", "session_id") REFERENCES "session"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "pull_request_check" ADD CONSTRAINT "pull_request_check_pull_request_fkey" FOREIGN KEY ("organization_id", "pull_request_id") REFERENCES "pull_request"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "pull_request_review_thread" ADD CONSTRAINT "pull_request_review_thread_pull_request_fkey" FOREIGN KEY ("organization_id", "pull_request_id") REFERENCES "pull_request"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "pull_request_review_comment" ADD CONSTRAINT "pull_request_review_comment_thread_fkey" FOREIGN KEY ("organization_id", "pull_request_id", "thread_id") REFERENCES "pull_request_review_thread"("organization_id", "pull_request_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "pull_request_review" ADD CONSTRAINT "pull_request_review_pull_request_fkey" FOREIGN KEY ("organization_id", "pull_request_id") REFERENCES "pull_request"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "structure_event" ADD CONSTRAINT "structure_event_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "idempotency_key" ADD CONSTRAINT "idempotency_key_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
