-- search

-- Trigrams, and ids beside them in one index. Both belong to PostgreSQL's contrib modules and are trusted: the owner of the
-- database may create them.
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS btree_gin WITH SCHEMA public;

-- >>> prisma/sql/function/search.sql
-- Returns the text that an object is found by: its parts, each after a blank, with A to Z in lower case. The indexes of the
-- search are on it (session_search_idx, pull_request_search_idx, agent_search_idx).
CREATE OR REPLACE FUNCTION search_text(one text, two text, three text DEFAULT '') RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ascii_lower(' ' || coalesce(one, '') || ' ' || coalesce(two, '') || ' ' || coalesce(three, ''));
-- <<< prisma/sql/function/search.sql

-- CreateIndex
CREATE INDEX "pull_request_number_idx" ON "pull_request"("organization_id", "number");

-- The organization comes first, so that a word which is frequent in others costs nothing.
CREATE INDEX session_search_idx ON session
  USING gin (organization_id, (search_text(display_name, branch) COLLATE "C") gin_trgm_ops);
CREATE INDEX pull_request_search_idx ON pull_request
  USING gin (organization_id, (search_text(title, author, source_branch) COLLATE "C") gin_trgm_ops);
CREATE INDEX agent_search_idx ON agent
  USING gin (organization_id, (search_text(name, role) COLLATE "C") gin_trgm_ops);
