CREATE OR REPLACE TRIGGER agent_action_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON agent_action
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('the log of what an agent tried is kept as it was written');

ALTER TABLE agent_action ENABLE ALWAYS TRIGGER agent_action_is_kept;
