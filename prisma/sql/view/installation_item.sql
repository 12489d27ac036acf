DROP VIEW IF EXISTS installation_item;
CREATE VIEW installation_item AS
SELECT t.id, t.organization_id, t.installation_id, 'ENTITY_TYPE'::template_item_kind AS kind, t.source_key, t.slug, t.id AS row_id,
       installation_item_state(t.archived_at IS NOT NULL, t.orphaned, t.locally_changed) AS state
  FROM entity_type t WHERE t.installation_id IS NOT NULL
UNION ALL
SELECT t.id, t.organization_id, t.installation_id, 'RELATIONSHIP_TYPE'::template_item_kind AS kind, t.source_key, t.slug, t.id AS row_id,
       installation_item_state(t.archived_at IS NOT NULL, t.orphaned, t.locally_changed) AS state
  FROM relationship_type t WHERE t.installation_id IS NOT NULL
UNION ALL
SELECT t.id, t.organization_id, t.installation_id, 'WATCHER'::template_item_kind AS kind, t.source_key, t.slug, t.id AS row_id,
       installation_item_state(t.archived_at IS NOT NULL, t.orphaned, t.locally_changed) AS state
  FROM watcher t WHERE t.installation_id IS NOT NULL
UNION ALL
SELECT t.id, t.organization_id, t.installation_id, 'CLASSIFIER'::template_item_kind AS kind, t.source_key, t.slug, t.id AS row_id,
       installation_item_state(t.archived_at IS NOT NULL, t.orphaned, t.locally_changed) AS state
  FROM classifier t WHERE t.installation_id IS NOT NULL
UNION ALL
SELECT a.id, i.organization_id, i.id, 'AGENT', i.template_agent_id::text, 'agent', a.id,
       installation_item_state(
         a.offboarded_at IS NOT NULL, false,
         jsonb_build_object('role', a.role, 'description', a.description, 'config', a.config)
           IS DISTINCT FROM i.agent_base -> 'fields'
       )
  FROM installation i JOIN agent a ON a.id = i.agent_id
UNION ALL
SELECT md5(b.installation_id::text || b.kind::text || b.source_key)::uuid, b.organization_id, b.installation_id, b.kind,
       b.source_key, item.slug, b.target_id, CASE WHEN b.target_id IS NULL THEN 'SKIPPED' ELSE 'DETACHED' END
  FROM installation_binding b
  JOIN installation i ON i.id = b.installation_id
  JOIN template_release r ON r.id = i.release_id
  JOIN LATERAL (
    SELECT e ->> 'slug' AS slug FROM jsonb_array_elements(r.manifest -> 'items') AS e
     WHERE e ->> 'kind' = b.kind::text AND e ->> 'sourceKey' = b.source_key
  ) item ON true;

COMMENT ON VIEW installation_item IS 'What an installation manages or leaves out, item by item, and how each stands.';
