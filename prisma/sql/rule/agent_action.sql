-- The count of further refusals may grow. The rest stays as it was written.
CREATE OR REPLACE TRIGGER agent_action_stays BEFORE UPDATE ON agent_action
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.agent_id, OLD.action, OLD.outcome, OLD.metadata, OLD.created_at) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.agent_id, NEW.action, NEW.outcome, NEW.metadata, NEW.created_at)
    OR NEW.further_refusals < OLD.further_refusals
  )
  EXECUTE FUNCTION refuse('the log of what an agent tried is kept as it was written');

CREATE OR REPLACE TRIGGER agent_action_is_kept BEFORE DELETE OR TRUNCATE ON agent_action
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('the log of what an agent tried is kept as it was written');

ALTER TABLE agent_action
  ENABLE ALWAYS TRIGGER agent_action_stays,
  ENABLE ALWAYS TRIGGER agent_action_is_kept;
