/** Violates a rule of the database by a statement of raw SQL, in a savepoint that is rolled back. */
import { outcome, type Psql } from '../support/psql.ts';
import type { Rule } from './catalog.ts';
import { CHECKS } from './checks.ts';
import { REFUSALS } from './refusals.ts';

/** The name of the rule that refuses the violation, or `written`. */
export async function violate(psql: Psql, rule: Rule): Promise<string> {
  const statement = await statementFor(psql, rule);
  if (statement === undefined) return 'there is no statement';
  await psql('SAVEPOINT violation');
  try {
    await psql((await isolation(psql, rule)).join(';'));
    const refusal = await outcome(psql, statement);
    // What is deferred is refused at the end of the transaction, or here.
    return refusal === 'written' ? await outcome(psql, 'SET CONSTRAINTS ALL IMMEDIATE') : refusal;
  } finally {
    await psql('ROLLBACK TO violation');
  }
}

/** CHECKs and triggers have a statement in a table. Keys and foreign keys are violated in a way that follows from them. */
async function statementFor(psql: Psql, { kind, name, tables: [table] }: Rule): Promise<string | undefined> {
  switch (kind) {
    case 'trigger':
      return REFUSALS[name];
    case 'check':
      return CHECKS[name] && `UPDATE "${table}" SET ${CHECKS[name]}`;
    case 'key': {
      const [written] = await psql<{ columns: string }>(
        `SELECT string_agg(quote_ident(attname), ', ') AS columns FROM pg_attribute
          WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
        [`"${table}"`],
      );
      return `INSERT INTO "${table}" (${written?.columns}) OVERRIDING SYSTEM VALUE SELECT ${written?.columns} FROM "${table}"`;
    }
    case 'foreign key': {
      const [last] = await psql<{ column: string }>(
        `SELECT a.attname AS column FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[cardinality(c.conkey)]
          WHERE c.conname = $1`,
        [name],
      );
      return `UPDATE "${table}" SET ${last?.column} = gen_random_uuid() WHERE ${last?.column} IS NOT NULL`;
    }
  }
}

/** What might refuse the statement before the rule does, by the types that pg_constraint has for constraints. */
const OBSTACLES = { check: ['c'], 'foreign key': ['c', 'f'], key: ['c', 'f', 'p'], trigger: [] };

/**
 * Takes away what might refuse the statement first: the other rules of the table, and foreign keys to it, which would
 * pass the change on. The rule of a trigger stands on its own.
 */
async function isolation(psql: Psql, { kind, name, tables: [table] }: Rule): Promise<string[]> {
  if (kind === 'trigger') return [];
  const others = await psql<{ drop: string }>(
    `SELECT format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', conrelid::regclass, conname) AS drop
       FROM pg_constraint WHERE $1::regclass IN (conrelid, confrelid) AND conname <> $2 AND contype = ANY ($3)
     UNION ALL
     SELECT format('DROP INDEX IF EXISTS %s CASCADE', indexrelid::regclass)
       FROM pg_index i WHERE indrelid = $1::regclass AND indisunique AND NOT indisprimary AND $4
        AND indexrelid IS DISTINCT FROM to_regclass($2)`,
    [`"${table}"`, name, OBSTACLES[kind], kind === 'key'],
  );
  return [`ALTER TABLE "${table}" DISABLE TRIGGER USER`, ...others.map(({ drop }) => drop)];
}
