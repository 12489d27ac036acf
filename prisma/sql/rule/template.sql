CREATE OR REPLACE TRIGGER template_touch BEFORE UPDATE ON template
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER template_stays BEFORE UPDATE ON template
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.agent_id, OLD.created_at) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.agent_id, NEW.created_at)
  )
  EXECUTE FUNCTION refuse('a template stays in its organization, and with its agent');

CREATE OR REPLACE TRIGGER template_is_kept BEFORE DELETE OR TRUNCATE ON template
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('organizations have it installed');

-- What an agent was installed from never changes, so that a check at the beginning suffices.
CREATE OR REPLACE FUNCTION check_template_agent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  IF EXISTS (SELECT FROM agent a WHERE a.id = NEW.agent_id AND a.template_agent_id IS NOT NULL) THEN
    RAISE EXCEPTION 'An installed agent is no template.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'template_agent_check', TABLE = 'template';
  END IF;
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION check_template_agent() FROM PUBLIC;

CREATE OR REPLACE TRIGGER template_insert_agent_check BEFORE INSERT ON template
  FOR EACH ROW EXECUTE FUNCTION check_template_agent();

ALTER TABLE template
  ENABLE ALWAYS TRIGGER template_stays,
  ENABLE ALWAYS TRIGGER template_is_kept,
  ENABLE ALWAYS TRIGGER template_insert_agent_check;
