-- Returns the ids of a session, its agent and a project: what a change of something that the session holds in the project
-- concerns. Both may be NULL, and after a release the session is.
CREATE OR REPLACE FUNCTION session_subjects(session_id uuid, project_id uuid) RETURNS uuid[]
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN array_remove(
    ARRAY[session_id, project_id, (SELECT s.agent_id FROM session s WHERE s.id = session_subjects.session_id)], NULL
  );
END
$$;
