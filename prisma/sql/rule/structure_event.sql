CREATE OR REPLACE TRIGGER structure_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON structure_event
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('the audit trail is kept as it was written');

ALTER TABLE structure_event ENABLE ALWAYS TRIGGER structure_event_is_kept;
