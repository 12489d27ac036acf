/** What PostgreSQL reads for a statement. */
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

/** The rows of the tables that the statements read, as they are run now, with those that no condition lets through. */
export async function rowsReadBy(psql: Psql, statements: Statement[], ...tables: string[]): Promise<number> {
  let read = 0;
  for (const { text, values } of statements) {
    const [found] = await psql<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
      values,
    );
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
