-- Whether the API can return a time: it must be finite, and in the years 1 to 9999 in every time zone. A single row with
-- another time would break every list that contains it.
CREATE OR REPLACE FUNCTION is_date_time(t timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN t >= '0001-01-02T00:00:00Z'::timestamptz AND t < '9999-12-31T00:00:00Z'::timestamptz;

-- Returns a time in the format of the API's DateTime. STABLE, as to_char is: only then does the planner inline it.
CREATE OR REPLACE FUNCTION date_time(t timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
