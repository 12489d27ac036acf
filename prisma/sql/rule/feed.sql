-- Limits the size of a payload: when it is larger than 64 KB, its strings over 64 KB are cut and named in `truncated`.
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
    -- A character has at most four bytes in UTF-8. Cutting by characters never splits one.
    NEW.payload := jsonb_set(NEW.payload, ARRAY['row', field.key], to_jsonb(left(field.text, max_bytes / 4)));
    cut := cut || field.key;
  END LOOP;
  NEW.payload := NEW.payload || jsonb_build_object('truncated', cut);
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION bound_payload() FROM PUBLIC;

-- The size of the stored form is cheap to read. One stored byte is at most six bytes of text (a control character becomes
-- \u0000), so a payload below this size cannot exceed the limit.
CREATE OR REPLACE TRIGGER change_outbox_payload BEFORE INSERT ON change_outbox
  FOR EACH ROW WHEN (pg_column_size(NEW.payload) > 8192) EXECUTE FUNCTION bound_payload();

-- The change at a position never changes. DROP TABLE deletes whole partitions; single rows are never deleted.
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
