-- A time that the API shows is one that it can show: finite, and of the years 1 to 9999 in every time zone. One row
-- beyond would break every list it stands in.
CREATE OR REPLACE FUNCTION is_date_time(t timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN t >= '0001-01-02T00:00:00Z'::timestamptz AND t < '9999-12-31T00:00:00Z'::timestamptz;

-- A time as the API's DateTime writes it. STABLE, as to_char is: only then does the planner inline it.
CREATE OR REPLACE FUNCTION date_time(t timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
