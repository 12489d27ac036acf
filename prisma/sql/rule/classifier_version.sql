CREATE OR REPLACE TRIGGER classifier_version_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON classifier_version
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('labels of the past show the version that gave them');

-- The classifier's row is locked until the transaction ends, so that two of its versions do not get the same number.
CREATE OR REPLACE FUNCTION number_classifier_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  PERFORM FROM classifier p WHERE p.id = NEW.classifier_id FOR NO KEY UPDATE;
  SELECT coalesce(max(v.version), 0) + 1 INTO NEW.version FROM classifier_version v WHERE v.classifier_id = NEW.classifier_id;
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION number_classifier_version() FROM PUBLIC;

CREATE OR REPLACE TRIGGER classifier_version_numbering BEFORE INSERT ON classifier_version
  FOR EACH ROW EXECUTE FUNCTION number_classifier_version();

ALTER TABLE classifier_version ENABLE ALWAYS TRIGGER classifier_version_is_kept;
