-- agent_action → AGENT_ACTION_RECORDED
-- A further refusal is counted in the entry, and is no change: an agent that repeats what it may not do would fill the feed.
CREATE OR REPLACE FUNCTION capture_agent_action() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id, 'AGENT_ACTION_RECORDED', 'AgentAction', NEW.id, ARRAY[NEW.id, NEW.agent_id],
    jsonb_build_object('changed', '{}'::text[], 'row', jsonb_build_object(
      'id', global_id('AgentAction', NEW.id),
      'agent', global_id('Agent', NEW.agent_id),
      'action', NEW.action,
      'outcome', NEW.outcome,
      'metadata', NEW.metadata,
      'furtherRefusals', NEW.further_refusals,
      'createdAt', date_time(NEW.created_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_agent_action() FROM PUBLIC;

CREATE OR REPLACE TRIGGER agent_action_capture AFTER INSERT ON agent_action
  FOR EACH ROW EXECUTE FUNCTION capture_agent_action();

ALTER TABLE agent_action ENABLE ALWAYS TRIGGER agent_action_capture;
