-- Returns a time-ordered id (RFC 9562, version 7). As a column default, it also serves programs other than Muster.
-- PostgreSQL has its own function only from version 18 on.
CREATE OR REPLACE FUNCTION uuid_v7() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN encode(
  set_bit(
    set_bit(
      overlay(
        uuid_send(gen_random_uuid())
        PLACING substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
        FROM 1 FOR 6
      ),
      52, 1
    ),
    53, 1
  ),
  'hex'
)::uuid;

-- Returns the API's global object id. encode() breaks lines at 76 characters, and ids have no line breaks.
-- STABLE, as the functions that it calls: only then does the planner inline it, and a call costs nothing.
CREATE OR REPLACE FUNCTION global_id(type text, id uuid) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN replace(encode(convert_to(type || ':' || id, 'UTF8'), 'base64'), E'\n', '');
