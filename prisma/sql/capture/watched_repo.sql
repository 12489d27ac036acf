-- watched_repo → REPO_WATCHED, REPO_RELEASED
-- A row is never updated (rule/watched_repo.sql).
CREATE OR REPLACE FUNCTION capture_watched_repo() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  w watched_repo;
BEGIN
  IF TG_OP = 'DELETE' THEN w := OLD; ELSE w := NEW; END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    w.organization_id,
    CASE TG_OP WHEN 'INSERT' THEN 'REPO_WATCHED' ELSE 'REPO_RELEASED' END,
    'WatchedRepo', w.id, ARRAY[w.id, w.agent_id],
    jsonb_build_object('changed', '{}'::text[], 'row', jsonb_build_object(
      'id', global_id('WatchedRepo', w.id),
      'agent', global_id('Agent', w.agent_id),
      'repo', repo_image(w.repo_owner, w.repo_name),
      'createdAt', date_time(w.created_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_watched_repo() FROM PUBLIC;

CREATE OR REPLACE TRIGGER watched_repo_capture AFTER INSERT OR DELETE ON watched_repo
  FOR EACH ROW EXECUTE FUNCTION capture_watched_repo();

ALTER TABLE watched_repo ENABLE ALWAYS TRIGGER watched_repo_capture;
