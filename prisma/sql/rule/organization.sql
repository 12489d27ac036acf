CREATE OR REPLACE TRIGGER organization_touch BEFORE UPDATE ON organization
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER organization_stays BEFORE UPDATE ON organization
  FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id)
  EXECUTE FUNCTION refuse('a row keeps its id');

ALTER TABLE organization ENABLE ALWAYS TRIGGER organization_stays;
