-- Returns the ids of a session, its project and its agent: what a change of something that the session holds concerns. An
-- empty array for an unknown id.
CREATE OR REPLACE FUNCTION session_subjects(session_id uuid) RETURNS uuid[]
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN coalesce(
    (SELECT array_remove(ARRAY[s.id, s.project_id, s.agent_id], NULL) FROM session s WHERE s.id = session_id), '{}'
  );
END
$$;
