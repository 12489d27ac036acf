-- installation → INSTALLATION_CREATED, INSTALLATION_UPDATED, INSTALLATION_UNINSTALLED
CREATE OR REPLACE FUNCTION installation_image(changed_row installation) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN jsonb_build_object(
    'id', global_id('Installation', changed_row.id),
    'template', global_id('Template', changed_row.template_id),
    'release', global_id('TemplateRelease', changed_row.release_id),
    'agent', global_id('Agent', changed_row.agent_id),
    'status', changed_row.status,
    'installedAt', date_time(changed_row.installed_at),
    'uninstalledAt', date_time(changed_row.uninstalled_at),
    'updatedAt', date_time(changed_row.updated_at)
  );
END
$$;

CREATE OR REPLACE FUNCTION capture_installation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.release_id     IS DISTINCT FROM OLD.release_id     THEN 'release' END,
      CASE WHEN NEW.status         IS DISTINCT FROM OLD.status         THEN 'status' END,
      CASE WHEN NEW.uninstalled_at IS DISTINCT FROM OLD.uninstalled_at THEN 'uninstalledAt' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'INSTALLATION_CREATED'
      WHEN OLD.status = 'INSTALLED' AND NEW.status = 'UNINSTALLED' THEN 'INSTALLATION_UNINSTALLED'
      ELSE 'INSTALLATION_UPDATED'
    END,
    'Installation', NEW.id, ARRAY[NEW.id, NEW.agent_id],
    jsonb_build_object('changed', changed, 'row', installation_image(NEW))
  );
  RETURN NULL;
END
$$;

-- A release of a template is heard by each organization that has it installed. Who published it is no concern of theirs:
-- the actor is the system.
CREATE OR REPLACE FUNCTION notify_installations() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO change_outbox
    (organization_id, type, entity_type, entity_id, subjects, payload, actor_kind, actor_id, actor_name, request_id)
  SELECT i.organization_id, 'TEMPLATE_RELEASE_PUBLISHED', 'Installation', i.id, ARRAY[i.id, i.agent_id],
         jsonb_build_object('changed', ARRAY['updateAvailable'], 'row', installation_image(i)),
         'SYSTEM', NULL, 'template', NULL
    FROM installation i WHERE i.template_id = NEW.template_id AND i.status = 'INSTALLED';
  RETURN NULL;
END
$$;

-- Only triggers may call them: they write into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_installation(), notify_installations() FROM PUBLIC;

CREATE OR REPLACE TRIGGER installation_capture AFTER INSERT OR UPDATE ON installation
  FOR EACH ROW EXECUTE FUNCTION capture_installation();
CREATE OR REPLACE TRIGGER template_release_notice AFTER INSERT ON template_release
  FOR EACH ROW EXECUTE FUNCTION notify_installations();

ALTER TABLE installation ENABLE ALWAYS TRIGGER installation_capture;
ALTER TABLE template_release ENABLE ALWAYS TRIGGER template_release_notice;
