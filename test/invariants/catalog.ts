/** The rules that a migrated database holds, read from its catalog. */
import type { Psql } from '../support/psql.ts';

export type Rule = {
  /** The name that the database reports when the rule refuses a statement. */
  name: string;
  kind: 'check' | 'key' | 'foreign key' | 'trigger';
  /** The tables that it guards: one, or for a trigger several. */
  tables: string[];
  /** Whether it holds for every row and every writer: a validated constraint, a valid index, an enabled trigger. */
  isHeld: boolean;
};

/** The columns that the id of every row is: a primary key of its own says nothing more. */
const IS_ID = `c.contype = 'p' AND pg_get_constraintdef(c.oid) IN ('PRIMARY KEY (id)', 'PRIMARY KEY ("position")')`;

const CONSTRAINTS = `
  SELECT c.conname AS name, c.conrelid AS relation, c.convalidated AS "isHeld",
         CASE c.contype WHEN 'c' THEN 'check' WHEN 'f' THEN 'foreign key' ELSE 'key' END AS kind
    FROM pg_constraint c WHERE c.contype IN ('c', 'f', 'p', 'u', 'x') AND NOT (${IS_ID})`;

const UNIQUE_INDEXES = `
  SELECT i.indexrelid::regclass::text, i.indrelid, i.indisvalid AND i.indisready AND i.indislive, 'key'
    FROM pg_index i
   WHERE i.indisunique AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))`;

/** A trigger holds a rule when its function raises an exception, which names the rule in one of three ways. */
const TRIGGERS = `
  SELECT CASE found[1]
           WHEN 'TG_NAME' THEN t.tgname
           WHEN 'TG_ARGV[0]' THEN split_part(encode(t.tgargs, 'escape'), '\\000', 1)
           ELSE btrim(found[1], '''')
         END, t.tgrelid, t.tgenabled = 'A', 'trigger'
    FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
         CROSS JOIN regexp_matches(p.prosrc, 'CONSTRAINT = (''\\w+''|TG_NAME|TG_ARGV\\[0\\])', 'g') found
   WHERE NOT t.tgisinternal`;

export async function rulesOf(psql: Psql): Promise<Rule[]> {
  return await psql<Rule>(`
    SELECT r.name, r.kind, array_agg(DISTINCT t.relname::text) AS tables, bool_and(r."isHeld") AS "isHeld"
      FROM (${CONSTRAINTS} UNION ALL ${UNIQUE_INDEXES} UNION ALL ${TRIGGERS}) r
      JOIN pg_class t ON t.oid = r.relation AND NOT t.relispartition AND t.relnamespace = 'public'::regnamespace
     WHERE t.relname <> '_prisma_migrations'
     GROUP BY r.name, r.kind ORDER BY r.name`);
}

/** The functions of triggers that raise an exception without the name of a rule. */
export async function namelessRefusals(psql: Psql): Promise<string[]> {
  const rows = await psql<{ name: string }>(`
    SELECT DISTINCT p.proname AS name FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
     WHERE NOT t.tgisinternal AND p.pronamespace = 'public'::regnamespace
       AND (SELECT count(*) FROM regexp_matches(p.prosrc, 'RAISE EXCEPTION', 'g')) <>
           (SELECT count(*) FROM regexp_matches(p.prosrc, 'CONSTRAINT = ', 'g'))`);
  return rows.map(({ name }) => name);
}
