import type pg from 'pg';

/** An object of a database and its complete definition. */
export type CatalogEntry = { kind: string; name: string; definition: Record<string, unknown> };

/**
 * The objects of a database without its rows: sorted, and without object ids and anything else that differs between two
 * databases made by the same statements. Objects of extensions are left out.
 *
 * @param schema restricts the objects to this schema. Default: all except PostgreSQL's own.
 */
export async function catalog(client: pg.ClientBase, schema?: string): Promise<CatalogEntry[]> {
  // With an empty search path PostgreSQL qualifies every name that it prints.
  const { rows } = await client.query("SELECT current_setting('search_path') AS path");
  await client.query("SELECT set_config('search_path', '', false)");
  try {
    const entries: CatalogEntry[] = [];
    for (const query of QUERIES) entries.push(...(await client.query<CatalogEntry>(query, [schema])).rows);
    const key = (entry: CatalogEntry) => `${entry.kind} ${entry.name}`;
    return entries.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  } finally {
    await client.query("SELECT set_config('search_path', $1, false)", [rows[0].path]);
  }
}

/** The schemas in question, and a condition that an object does not belong to an extension. */
const SCHEMAS = `(
  SELECT oid, nspname FROM pg_namespace
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND ($1::text IS NULL OR nspname = $1)
)`;
const ours = (classOf: string, oid: string) => `NOT EXISTS (
  SELECT FROM pg_depend e WHERE e.classid = '${classOf}'::regclass AND e.objid = ${oid} AND e.deptype = 'e'
)`;

/** Tables and the other relations: partitioned tables, views, sequences, composite types. */
const RELATIONS = `
  SELECT
    CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
      WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'composite type' ELSE 'foreign table' END AS kind,
    format('%I.%I', n.nspname, c.relname) AS name,
    jsonb_build_object(
      'persistence', c.relpersistence, 'options', c.reloptions, 'privileges', c.relacl::text,
      'rowSecurity', c.relrowsecurity, 'forcedRowSecurity', c.relforcerowsecurity, 'replicaIdentity', c.relreplident,
      'partitionedBy', pg_get_partkeydef(c.oid),
      'parent', (SELECT i.inhparent::regclass::text FROM pg_inherits i WHERE i.inhrelid = c.oid),
      'bound', pg_get_expr(c.relpartbound, c.oid),
      'query', CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
      'sequence', (SELECT to_jsonb(s) - 'seqrelid' - 'seqtypid' || jsonb_build_object('type', format_type(s.seqtypid, NULL))
                   FROM pg_sequence s WHERE s.seqrelid = c.oid),
      'ownedBy', (SELECT format('%s.%I', d.refobjid::regclass, a.attname) FROM pg_depend d
                  JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                  WHERE c.relkind = 'S' AND d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i'))
    ) AS definition
  FROM pg_class c JOIN ${SCHEMAS} n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'c', 'f') AND ${ours('pg_class', 'c.oid')}`;

const COLUMNS = `
  SELECT 'column' AS kind, format('%I.%I.%I', n.nspname, c.relname, a.attname) AS name,
    jsonb_build_object(
      'position', row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
      'type', format_type(a.atttypid, a.atttypmod), 'nullable', NOT a.attnotnull,
      'default', pg_get_expr(d.adbin, d.adrelid), 'identity', a.attidentity, 'generated', a.attgenerated,
      'collation', CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END
    ) AS definition
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN ${SCHEMAS} n ON n.oid = c.relnamespace
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'c', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND ${ours('pg_class', 'c.oid')}`;

const CONSTRAINTS = `
  SELECT 'constraint' AS kind,
    format('%s.%I', coalesce(nullif(k.conrelid, 0)::regclass::text, k.contypid::regtype::text), k.conname) AS name,
    jsonb_build_object('type', k.contype, 'definition', pg_get_constraintdef(k.oid), 'isValid', k.convalidated) AS definition
  FROM pg_constraint k JOIN ${SCHEMAS} n ON n.oid = k.connamespace
  WHERE ${ours('pg_class', 'k.conrelid')} AND ${ours('pg_type', 'k.contypid')}`;

const INDEXES = `
  SELECT 'index' AS kind, format('%I.%I', n.nspname, c.relname) AS name,
    jsonb_build_object(
      'table', i.indrelid::regclass::text, 'definition', pg_get_indexdef(i.indexrelid), 'isValid', i.indisvalid,
      'isReplicaIdentity', i.indisreplident, 'isClustered', i.indisclustered
    ) AS definition
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN ${SCHEMAS} n ON n.oid = c.relnamespace
  WHERE ${ours('pg_class', 'i.indrelid')}`;

const TYPES = `
  SELECT CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'range' END AS kind,
    format('%I.%I', n.nspname, t.typname) AS name,
    jsonb_build_object(
      'values', (SELECT jsonb_agg(v.enumlabel ORDER BY v.enumsortorder) FROM pg_enum v WHERE v.enumtypid = t.oid),
      'base', CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
      'notNull', t.typnotnull, 'default', t.typdefault,
      'range', (SELECT format_type(r.rngsubtype, NULL) FROM pg_range r WHERE r.rngtypid = t.oid)
    ) AS definition
  FROM pg_type t JOIN ${SCHEMAS} n ON n.oid = t.typnamespace
  WHERE t.typtype IN ('e', 'd', 'r') AND ${ours('pg_type', 't.oid')}`;

const FUNCTIONS = `
  SELECT 'function' AS kind, p.oid::regprocedure::text AS name,
    jsonb_build_object(
      'definition', CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END, 'privileges', p.proacl::text
    ) AS definition
  FROM pg_proc p JOIN ${SCHEMAS} n ON n.oid = p.pronamespace
  WHERE ${ours('pg_proc', 'p.oid')}`;

const TRIGGERS = `
  SELECT 'trigger' AS kind, format('%s.%I', t.tgrelid::regclass, t.tgname) AS name,
    jsonb_build_object('definition', pg_get_triggerdef(t.oid), 'enabled', t.tgenabled) AS definition
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN ${SCHEMAS} n ON n.oid = c.relnamespace
  WHERE NOT t.tgisinternal
  UNION ALL
  SELECT 'event trigger', evtname, jsonb_build_object(
    'event', evtevent, 'function', evtfoid::regprocedure::text, 'enabled', evtenabled, 'tags', evttags)
  FROM pg_event_trigger WHERE $1::text IS NULL`;

/** Views are rules too, but are described as views. */
const RULES = `
  SELECT 'rule' AS kind, format('%s.%I', r.ev_class::regclass, r.rulename) AS name,
    jsonb_build_object('definition', pg_get_ruledef(r.oid), 'enabled', r.ev_enabled) AS definition
  FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN ${SCHEMAS} n ON n.oid = c.relnamespace
  WHERE r.rulename <> '_RETURN'
  UNION ALL
  SELECT 'policy', format('%I.%I.%I', p.schemaname, p.tablename, p.policyname), to_jsonb(p)
  FROM pg_policies p JOIN ${SCHEMAS} n ON n.nspname = p.schemaname`;

const SCHEMAS_AND_EXTENSIONS = `
  SELECT 'schema' AS kind, nspname AS name, '{}'::jsonb AS definition FROM ${SCHEMAS} n
  UNION ALL
  SELECT 'extension', extname, jsonb_build_object('version', extversion, 'schema', extnamespace::regnamespace::text)
  FROM pg_extension WHERE $1::text IS NULL`;

/** PostgreSQL's own objects have ids below 16384. */
const COMMENTS = `
  SELECT 'comment' AS kind, format('%s %s', o.type, o.identity) AS name,
    jsonb_build_object('text', d.description) AS definition
  FROM pg_description d CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) o
  WHERE d.objoid >= 16384 AND ($1::text IS NULL OR o.schema = $1)
    AND d.classoid <> 'pg_extension'::regclass
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e')`;

const QUERIES = [
  SCHEMAS_AND_EXTENSIONS,
  RELATIONS,
  COLUMNS,
  CONSTRAINTS,
  INDEXES,
  TYPES,
  FUNCTIONS,
  TRIGGERS,
  RULES,
  COMMENTS,
];
