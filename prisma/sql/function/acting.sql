-- The actor of this transaction: what the server set for it, or else a program at the database.
CREATE OR REPLACE FUNCTION acting_kind() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('muster.actor', true), '')::jsonb ->> 'kind', 'DATABASE');

CREATE OR REPLACE FUNCTION acting_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (nullif(current_setting('muster.actor', true), '')::jsonb ->> 'id')::uuid;

CREATE OR REPLACE FUNCTION acting_name() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('muster.actor', true), '')::jsonb ->> 'name', session_user);
