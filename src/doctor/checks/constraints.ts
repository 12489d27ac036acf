import { type Check, failure, ok } from '../check.ts';

/** Every constraint is validated and every index is usable. A NOT VALID constraint lets old rows contradict it. */
export const constraintsCheck: Check = {
  name: 'constraints',
  needs: 'tables',
  async examine({ pool }) {
    const { rows } = await pool.query<{ name: string }>(
      `SELECT conname || ' of ' || conrelid::regclass AS name FROM pg_constraint
        WHERE NOT convalidated AND connamespace = current_schema()::regnamespace
        UNION ALL
       SELECT c.relname || ' of ' || i.indrelid::regclass FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace`,
    );
    if (rows.length === 0) return ok('Every constraint and index is valid.');
    const names = rows.map(({ name }) => name);
    return failure(
      `Not valid: ${names.join(', ')}.`,
      'Correct the rows that break a constraint, then ALTER TABLE … VALIDATE CONSTRAINT …. For execution_workspaces_closed_state_consistency: muster db repair-closed-state. An index: REINDEX INDEX CONCURRENTLY ….',
      { names },
    );
  },
};
