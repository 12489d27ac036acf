CREATE OR REPLACE TRIGGER template_release_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON template_release
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('installations are reconciled with what was published');

-- The template's row is locked until the transaction ends, so that two of its releases do not get the same number.
CREATE OR REPLACE FUNCTION number_template_release() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  PERFORM FROM template p WHERE p.id = NEW.template_id FOR NO KEY UPDATE;
  SELECT coalesce(max(v.number), 0) + 1 INTO NEW.number FROM template_release v WHERE v.template_id = NEW.template_id;
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION number_template_release() FROM PUBLIC;

CREATE OR REPLACE TRIGGER template_release_numbering BEFORE INSERT ON template_release
  FOR EACH ROW EXECUTE FUNCTION number_template_release();

ALTER TABLE template_release ENABLE ALWAYS TRIGGER template_release_is_kept;
