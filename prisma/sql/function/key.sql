-- Returns a text with A to Z in lower case, as `asciiLower` of the server does. Keys that ignore letter case are folded by
-- these two alone: lower() follows the collation of the database, and in a Turkish one `I` becomes a dotless `ı`.
CREATE OR REPLACE FUNCTION ascii_lower(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower(value COLLATE "C");

-- Returns a hash, for unique indexes on texts of any length: an entry of an index has at most 2,704 bytes. IMMUTABLE,
-- though convert_to is not: the database's encoding never changes.
CREATE OR REPLACE FUNCTION text_hash(value text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(convert_to(value, 'UTF8'));
