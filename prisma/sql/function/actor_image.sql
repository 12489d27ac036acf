-- An actor as an event shows it, or NULL for none.
CREATE OR REPLACE FUNCTION actor_image(kind actor_kind, name text) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN kind IS NOT NULL THEN jsonb_build_object('kind', kind, 'name', name) END;
