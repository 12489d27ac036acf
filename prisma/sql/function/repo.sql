-- GitHub's rules for names: an owner has letters, digits and single hyphens between them. A managed account has an
-- underscore before the short code of its enterprise.
CREATE OR REPLACE FUNCTION is_repo(owner text, name text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN length(owner) <= 39
   AND owner ~ '^[A-Za-z0-9]+(-[A-Za-z0-9]+)*(_[A-Za-z0-9]+)?$'
   AND name ~ '^[A-Za-z0-9._-]{1,100}$'
   AND name !~ '^[.]{1,2}$'
   AND ascii_lower(name) !~ '[.]git$';

-- Returns a repository as the API returns it.
CREATE OR REPLACE FUNCTION repo_image(owner text, name text) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN jsonb_build_object('owner', owner, 'name', name, 'nameWithOwner', owner || '/' || name);
