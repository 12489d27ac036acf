CREATE OR REPLACE TRIGGER workspace_channel_touch BEFORE UPDATE ON workspace_channel
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER workspace_channel_stays BEFORE UPDATE ON workspace_channel
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.workspace_id) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.workspace_id)
  )
  EXECUTE FUNCTION refuse('a channel stays in its workspace');

ALTER TABLE workspace_channel ENABLE ALWAYS TRIGGER workspace_channel_stays;
