-- Returns the text that an object is found by: its parts, each after a blank, with A to Z in lower case. The indexes of the
-- search are on it (session_search_idx, pull_request_search_idx, agent_search_idx).
CREATE OR REPLACE FUNCTION search_text(one text, two text, three text DEFAULT '') RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ascii_lower(' ' || coalesce(one, '') || ' ' || coalesce(two, '') || ' ' || coalesce(three, ''));
