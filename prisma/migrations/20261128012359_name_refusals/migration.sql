-- name refusals

-- >>> prisma/sql/function/refuse.sql
-- Refuses a statement that would falsify history. The trigger's argument is the reason, and its name is reported as the
-- name of the violated rule.
CREATE OR REPLACE FUNCTION refuse() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
    USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END
$$;
-- <<< prisma/sql/function/refuse.sql
