-- page board lists

-- DropForeignKey
ALTER TABLE "session_standing" DROP CONSTRAINT "session_standing_session_fkey";

-- DropForeignKey
ALTER TABLE "abandoned_pull_request" DROP CONSTRAINT "abandoned_pull_request_standing_fkey";

-- DropIndex
DROP INDEX "session_standing_urgency_idx";

-- DropIndex
DROP INDEX "session_standing_project_urgency_idx";

-- DropIndex
DROP INDEX "session_standing_tenant_key";

-- AlterTable
ALTER TABLE "session_standing" ADD COLUMN     "rank" BIGINT NOT NULL
  -- Within an urgency, by the milliseconds that are left until the last time of DateTime.
  GENERATED ALWAYS AS (
    urgency * 500000000000000
    + (extract(epoch FROM timestamptz '9999-12-31 23:59:59.999+00' - created_at) * 1000)::bigint
  ) STORED;

-- CreateIndex
CREATE UNIQUE INDEX "session_project_key" ON "session"("organization_id", "project_id", "id");

-- CreateIndex
CREATE INDEX "session_standing_rank_idx" ON "session_standing"("organization_id", "rank", "session_id" DESC);

-- CreateIndex
CREATE INDEX "session_standing_project_rank_idx" ON "session_standing"("project_id", "rank", "session_id" DESC);

-- CreateIndex
CREATE INDEX "session_standing_project_lane_idx" ON "session_standing"("project_id", "lane", "lane_since", "session_id" DESC);

-- CreateIndex
CREATE INDEX "session_standing_list_idx" ON "session_standing"("organization_id", "lane", "created_at" DESC, "session_id" DESC);

-- CreateIndex
CREATE INDEX "session_standing_project_list_idx" ON "session_standing"("project_id", "lane", "created_at" DESC, "session_id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "session_standing_tenant_key" ON "session_standing"("organization_id", "project_id", "session_id");

-- AddForeignKey
ALTER TABLE "session_standing" ADD CONSTRAINT "session_standing_session_fkey" FOREIGN KEY ("organization_id", "project_id", "session_id") REFERENCES "session"("organization_id", "project_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "abandoned_pull_request" ADD CONSTRAINT "abandoned_pull_request_standing_fkey" FOREIGN KEY ("organization_id", "project_id", "session_id") REFERENCES "session_standing"("organization_id", "project_id", "session_id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE INDEX pull_request_released_project_idx ON pull_request (project_id, released_at, id DESC)
  WHERE session_id IS NULL AND state IN ('DRAFT', 'OPEN');
