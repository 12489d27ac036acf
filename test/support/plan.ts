/** What PostgreSQL reads for a statement. */
import pg from 'pg';
import type { Psql } from './psql.ts';
import type { Statement } from './statements.ts';

type Plan = {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: Plan[];
};

type Explained = { 'QUERY PLAN': { Plan: Plan }[] };

const EXPLAIN = 'EXPLAIN (ANALYZE, FORMAT JSON)';

/** The rows of the tables that the statements read, as they are run now, with those that no condition lets through. */
export async function rowsReadBy(psql: Psql, statements: Statement[], ...tables: string[]): Promise<number> {
  return await rowsReadAs(statements, tables, ({ text, values }) =>
    psql<Explained>(`${EXPLAIN} ${text}`, values),
  );
}

/** The same, by the plans that serve any values. PostgreSQL may keep such a plan for a statement that has a name. */
export async function rowsReadForAnyValues(
  psql: Psql,
  statements: Statement[],
  ...tables: string[]
): Promise<number> {
  return await rowsReadAs(statements, tables, async ({ text, values }) => {
    await psql(`PREPARE explained AS ${text}`);
    await psql('SET plan_cache_mode = force_generic_plan');
    const written = values.map(literalOf).join(', ');
    const explained = await psql<Explained>(`${EXPLAIN} EXECUTE explained${written && `(${written})`}`);
    await psql('RESET plan_cache_mode');
    await psql('DEALLOCATE explained');
    return explained;
  });
}

function literalOf(value: unknown): string {
  return pg.escapeLiteral(Array.isArray(value) ? `{${value.join(',')}}` : String(value));
}

async function rowsReadAs(
  statements: Statement[],
  tables: string[],
  explain: (statement: Statement) => Promise<Explained[]>,
): Promise<number> {
  let read = 0;
  for (const statement of statements) {
    const [found] = await explain(statement);
    for (const { Plan } of found?.['QUERY PLAN'] ?? []) read += rowsOf(Plan, tables);
  }
  return read;
}

function rowsOf(plan: Plan, tables: string[]): number {
  const isCounted = tables.includes(plan['Relation Name'] ?? '');
  const { 'Rows Removed by Filter': filtered = 0, 'Rows Removed by Index Recheck': rechecked = 0 } = plan;
  const own = isCounted ? (plan['Actual Rows'] + filtered + rechecked) * plan['Actual Loops'] : 0;
  return own + (plan.Plans ?? []).reduce((sum, each) => sum + rowsOf(each, tables), 0);
}
