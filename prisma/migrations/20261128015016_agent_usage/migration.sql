-- agent usage

-- CreateEnum
CREATE TYPE "agent_usage_kind" AS ENUM ('MEMORY', 'ACTION', 'REFUSAL');

-- AlterTable
ALTER TABLE "agent_action" ADD COLUMN     "further_refusals" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "agent_usage" (
    "organization_id" UUID NOT NULL,
    "agent_id" UUID NOT NULL,
    "kind" "agent_usage_kind" NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "count" INTEGER NOT NULL,
    "bytes" BIGINT NOT NULL,
    "agent_action_id" UUID,

    CONSTRAINT "agent_usage_pkey" PRIMARY KEY ("agent_id","kind")
);

-- AddForeignKey
ALTER TABLE "agent_usage" ADD CONSTRAINT "agent_usage_agent_fkey" FOREIGN KEY ("organization_id", "agent_id") REFERENCES "agent"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE agent_action ADD CONSTRAINT agent_action_further_refusals_check CHECK (further_refusals >= 0);
ALTER TABLE agent_usage
  ADD CONSTRAINT agent_usage_amount_check CHECK (count >= 0 AND bytes >= 0),
  ADD CONSTRAINT agent_usage_action_check CHECK ((kind = 'REFUSAL') = (agent_action_id IS NOT NULL));

-- What an organization's quotas count.
CREATE INDEX agent_quota_idx ON agent (organization_id) WHERE status <> 'STOPPED';
CREATE INDEX token_quota_idx ON token (organization_id) WHERE revoked_at IS NULL;

INSERT INTO agent_usage (organization_id, agent_id, kind, since, count, bytes)
SELECT organization_id, agent_id, 'MEMORY', 'epoch', count(*), sum(octet_length(key) + octet_length(value))
  FROM agent_memory GROUP BY organization_id, agent_id;

-- >>> prisma/sql/rule/agent_action.sql
-- The count of further refusals may grow. The rest stays as it was written.
CREATE OR REPLACE TRIGGER agent_action_stays BEFORE UPDATE ON agent_action
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.agent_id, OLD.action, OLD.outcome, OLD.metadata, OLD.created_at) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.agent_id, NEW.action, NEW.outcome, NEW.metadata, NEW.created_at)
    OR NEW.further_refusals < OLD.further_refusals
  )
  EXECUTE FUNCTION refuse('the log of what an agent tried is kept as it was written');

CREATE OR REPLACE TRIGGER agent_action_is_kept BEFORE DELETE OR TRUNCATE ON agent_action
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('the log of what an agent tried is kept as it was written');

ALTER TABLE agent_action
  ENABLE ALWAYS TRIGGER agent_action_stays,
  ENABLE ALWAYS TRIGGER agent_action_is_kept;
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

-- Counts an agent's memory for its quotas. A trigger also counts what other programs write. The row that counts is locked until the transaction ends, so
-- the count that a transaction reads after its write includes all committed writes.
CREATE OR REPLACE FUNCTION count_agent_memory() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    UPDATE agent_usage u SET bytes = u.bytes + octet_length(NEW.value) - octet_length(OLD.value)
     WHERE u.agent_id = NEW.agent_id AND u.kind = 'MEMORY';
  ELSE
    INSERT INTO agent_usage AS used (organization_id, agent_id, kind, since, count, bytes)
    VALUES (
      NEW.organization_id, NEW.agent_id, 'MEMORY', 'epoch', 1, octet_length(NEW.key) + octet_length(NEW.value)
    )
    ON CONFLICT (agent_id, kind) DO UPDATE
       SET count = used.count + excluded.count, bytes = used.bytes + excluded.bytes;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER agent_memory_count AFTER INSERT OR UPDATE OF value ON agent_memory
  FOR EACH ROW EXECUTE FUNCTION count_agent_memory();

REVOKE EXECUTE ON FUNCTION count_agent_memory() FROM PUBLIC;

ALTER TABLE agent_memory
  ENABLE ALWAYS TRIGGER agent_memory_count,
  ENABLE ALWAYS TRIGGER agent_memory_stays,
  ENABLE ALWAYS TRIGGER agent_memory_is_kept;
-- <<< prisma/sql/rule/agent_memory.sql
