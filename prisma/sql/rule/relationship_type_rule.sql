-- Rules are part of their type: when they change, the type does, once in each transaction. A type that is created in
-- this transaction has its rules from the start.
CREATE OR REPLACE FUNCTION touch_types_of_rules() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  UPDATE relationship_type t SET rules_xid = pg_current_xact_id()
   WHERE t.id IN (SELECT r.relationship_type_id FROM changed_rows r)
     AND t.rules_xid <> pg_current_xact_id();
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION touch_types_of_rules() FROM PUBLIC;

CREATE OR REPLACE TRIGGER relationship_type_rule_insert_touch AFTER INSERT ON relationship_type_rule
  REFERENCING NEW TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION touch_types_of_rules();
CREATE OR REPLACE TRIGGER relationship_type_rule_delete_touch AFTER DELETE ON relationship_type_rule
  REFERENCING OLD TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION touch_types_of_rules();

CREATE OR REPLACE TRIGGER relationship_type_rule_stays BEFORE UPDATE OR TRUNCATE ON relationship_type_rule
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('delete the rule and insert another');

ALTER TABLE relationship_type_rule ENABLE ALWAYS TRIGGER relationship_type_rule_stays;
