-- project → PROJECT_CREATED, PROJECT_UPDATED, PROJECT_ARCHIVED
CREATE OR REPLACE FUNCTION capture_project() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.archived_at IS DISTINCT FROM OLD.archived_at THEN 'archivedAt' END,
      CASE WHEN NEW.created_at  IS DISTINCT FROM OLD.created_at  THEN 'createdAt' END,
      CASE WHEN NEW.kind        IS DISTINCT FROM OLD.kind        THEN 'kind' END,
      CASE WHEN NEW.name        IS DISTINCT FROM OLD.name        THEN 'name' END,
      CASE WHEN NEW.repo_url    IS DISTINCT FROM OLD.repo_url    THEN 'repoUrl' END,
      CASE WHEN NEW.severely_silent_after_minutes IS DISTINCT FROM OLD.severely_silent_after_minutes
           THEN 'severelySilentAfterMinutes' END,
      CASE WHEN NEW.silent_after_minutes IS DISTINCT FROM OLD.silent_after_minutes THEN 'silentAfterMinutes' END,
      CASE WHEN NEW.slug        IS DISTINCT FROM OLD.slug        THEN 'slug' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'PROJECT_CREATED'
      WHEN OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL THEN 'PROJECT_ARCHIVED'
      ELSE 'PROJECT_UPDATED'
    END,
    'Project', NEW.id, ARRAY[NEW.id],
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('Project', NEW.id),
      'slug', NEW.slug,
      'name', NEW.name,
      'repoUrl', NEW.repo_url,
      'kind', NEW.kind,
      'silentAfterMinutes', NEW.silent_after_minutes,
      'severelySilentAfterMinutes', NEW.severely_silent_after_minutes,
      'archivedAt', date_time(NEW.archived_at),
      'createdAt', date_time(NEW.created_at),
      'updatedAt', date_time(NEW.updated_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_project() FROM PUBLIC;

CREATE OR REPLACE TRIGGER project_capture AFTER INSERT OR UPDATE ON project
  FOR EACH ROW EXECUTE FUNCTION capture_project();

ALTER TABLE project ENABLE ALWAYS TRIGGER project_capture;
