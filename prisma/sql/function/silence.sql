-- When the process of a session was last heard, or was launched. A row that another program wrote may have no last_heard_at.
CREATE OR REPLACE FUNCTION session_heard_at(
  last_heard_at timestamptz, activity_last_at timestamptz, first_signal_at timestamptz
) RETURNS timestamptz
LANGUAGE sql IMMUTABLE
RETURN coalesce(last_heard_at, greatest(activity_last_at, first_signal_at));
