/** What a transaction with many rows costs the database, counted in rows that it fetches. */
import { pullRequest, session, writeSessions } from '../support/board.ts';
import { openPsql, uuidOf } from '../support/psql.ts';
import { expect, it } from '../support/test.ts';

const FEW = 150;
const MANY = 4 * FEW;

it('a transaction with four times the sessions, pull requests and threads fetches about four times the rows', async ({
  team,
  database,
}) => {
  await using program = await openPsql(database.url);

  /** What this connection did to all tables, also in the transactions that its statistics have not been reported of. */
  async function counted() {
    const [done] = await program(
      `SELECT sum(coalesce(idx_tup_fetch, 0) + seq_tup_read)::int AS fetched,
              coalesce(sum(n_tup_upd) FILTER (WHERE relname = 'project'), 0)::int AS project_updates
         FROM pg_stat_xact_user_tables`,
    );
    return done as { fetched: number; project_updates: number };
  }

  /** Writes and changes so many sessions in one transaction, with their standings. Returns what it did to all tables. */
  async function work(count: number) {
    await program('BEGIN');
    const before = await counted();
    const facts = Array.from({ length: count }, () =>
      session({ pullRequests: [pullRequest({ threads: [{ isResolved: false, isBot: false }] })] }),
    );
    const ids = (await writeSessions(program, team, null, facts)).map(uuidOf);
    await program('SET CONSTRAINTS ALL IMMEDIATE');
    await program('SET CONSTRAINTS ALL DEFERRED');
    await program(`UPDATE pull_request SET ci_state = 'FAILING' WHERE session_id = ANY ($1)`, [ids]);
    await program(`UPDATE session SET branch = 'other' WHERE id = ANY ($1)`, [ids]);
    await program('SET CONSTRAINTS ALL IMMEDIATE');
    const kept = await program(
      `SELECT count(*)::int AS failing FROM session_standing WHERE session_id = ANY ($1) AND display_status = 'CI_FAILED'`,
      [ids],
    );
    const after = await counted();
    await program('ROLLBACK');
    expect(kept).toEqual([{ failing: count }]);
    return {
      fetched: after.fetched - before.fetched,
      projectUpdates: after.project_updates - before.project_updates,
    };
  }

  // A connection's first transaction also plans.
  await work(1);
  const few = await work(FEW);
  const many = await work(MANY);
  expect(many.fetched / few.fetched).toBeLessThan(5);
  // A statement writes the last number of its sessions once.
  expect([few.projectUpdates, many.projectUpdates]).toEqual([1, 1]);
});
