-- A time-ordered id (RFC 9562, version 7), so that programs beside Muster get one by default too. PostgreSQL has
-- its own only from version 18 on. The 12 bits after the version hold the fraction of the millisecond (method 3 of the
-- RFC, as in PostgreSQL 18): rows of one millisecond keep their order.
CREATE OR REPLACE FUNCTION uuid_v7() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN (
  overlay(
    lpad(to_hex(floor(extract(epoch FROM clock_timestamp()) * 1000 * 4096)::bigint), 15, '0')
    PLACING '7' FROM 13 FOR 0
  ) || right(gen_random_uuid()::text, 17)
)::uuid;

-- The API's global object id. (encode() breaks lines at 76 characters; ids have no line breaks.)
-- STABLE, as its parts are: only then does the planner inline it, and a call costs nothing.
CREATE OR REPLACE FUNCTION global_id(type text, id uuid) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN replace(encode(convert_to(type || ':' || id, 'UTF8'), 'base64'), E'\n', '');
