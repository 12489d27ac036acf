/** `muster db repair-closed-state`: rows that contradict the CHECK are repaired, and the CHECK is restored. */
import { once } from 'node:events';
import { type RepairOptions, repairClosedState } from '../../src/repair/repairClosedState.ts';
import { run } from '../support/process.ts';
import { openPsql, outcome, type Psql } from '../support/psql.ts';
import { test as base, describe, expect } from '../support/test.ts';
import { constraint, countContradictions, occupy, seedContradictions } from './contradictions.ts';
import { startWriteLoad } from './writeLoad.ts';

const OPTIONS: RepairOptions = {
  ...{ dryRun: false, reopenLive: false, batch: 50, until: 'validate', lockTimeoutMs: 100 },
  log: () => {},
};

const it = base
  /** A connection to the database of one test. */
  .extend('sql', async ({ ownDatabase }, { onCleanup }) => {
    const sql = await openPsql(ownDatabase.url);
    onCleanup(sql.close);
    return sql;
  })
  .extend('repair', ({ ownDatabase }) => {
    return (options: Partial<RepairOptions> = {}) =>
      repairClosedState(ownDatabase.url, { ...OPTIONS, ...options });
  });

/** The server gives up on a lock after this time, too. */
const SERVER_LOCK_TIMEOUT_MS = 10_000;

it('repairs 1,037 of 20,000 rows under write load, and no statement waits for a lock longer than its limit', async ({
  ownDatabase,
  sql,
  repair,
}) => {
  const { definition } = (await constraint(sql)) ?? {};
  await seedContradictions(sql, { consistent: 18_963, withOpenStatus: 1_000, withoutClosedAt: 37 });
  const [legacy, ...ids] = await sql<{ id: string }>(
    `SELECT id FROM execution_workspace WHERE (closed_at IS NOT NULL) = (status IN ('ARCHIVED', 'CLEANUP_FAILED'))
      ORDER BY status = 'ARCHIVED' DESC`,
  );
  /** A program that does not pair the columns. */
  const contradict = () =>
    outcome(sql, `UPDATE execution_workspace SET status = 'IDLE' WHERE id = $1`, [legacy?.id]);
  await using load = await startWriteLoad(
    ownDatabase.url,
    ids.map(({ id }) => id),
    { writers: 4, lockTimeoutMs: SERVER_LOCK_TIMEOUT_MS },
  );
  // A reader that stays in its transaction keeps the repair from adding the CHECK. While the repair retries, the writers
  // must get through: they would not, if one of its statements waited without a limit.
  await using reader = await openPsql(ownDatabase.url);
  await reader('BEGIN');
  await reader('SELECT FROM execution_workspace LIMIT 1');
  const refusals: Promise<unknown>[] = [];
  const report = await repair({
    log(line) {
      if (!line.startsWith('add: no lock') || refusals.length === 2) return;
      refusals.push(refusals.length === 0 ? contradict() : load.more(200));
      if (refusals.length === 2) Promise.all(refusals).then(() => reader('COMMIT'));
    },
  });
  expect(await Promise.all(refusals)).toEqual(['written', undefined]);
  expect(await load.stop()).toEqual([]);

  expect(report).toMatchObject({
    found: { withOpenStatus: 1_000, withoutClosedAt: 37 },
    closed: 1_038,
    remaining: { withOpenStatus: 0, withoutClosedAt: 0 },
    constraint: 'VALID',
    stopped: null,
  });
  expect(await countContradictions(sql)).toBe(0);
  expect(await constraint(sql)).toEqual({ isValid: true, definition });
  expect(await contradict()).toBe('execution_workspaces_closed_state_consistency');
});

it('closes both kinds of violators, and the feed and the audit trail tell of it', async ({ sql, repair }) => {
  await seedContradictions(sql, { consistent: 3, withOpenStatus: 3, withoutClosedAt: 1 });
  await sql('DELETE FROM change_outbox');
  await repair();
  expect(
    await sql(
      `SELECT type, payload -> 'changed' AS changed, payload -> 'row' ->> 'status' AS status, actor_name AS by, count(*)::int
         FROM change_outbox WHERE entity_type = 'ExecutionWorkspace' GROUP BY 1, 2, 3, 4 ORDER BY 1`,
    ),
  ).toEqual([
    {
      ...{ type: 'EXECUTION_WORKSPACE_CLOSED', changed: ['closedAt', 'version'], status: 'ARCHIVED' },
      ...{ by: 'muster db repair-closed-state', count: 1 },
    },
    {
      ...{ type: 'EXECUTION_WORKSPACE_UPDATED', changed: ['status', 'version'], status: 'ARCHIVED' },
      ...{ by: 'muster db repair-closed-state', count: 3 },
    },
  ]);
  expect(await auditTrail(sql)).toEqual([
    { type: 'execution_workspace.closed', before: 'ACTIVE' },
    { type: 'execution_workspace.closed', before: 'ARCHIVED' },
    { type: 'execution_workspace.closed', before: 'IDLE' },
    { type: 'execution_workspace.closed', before: 'IN_REVIEW' },
  ]);
});

it('writes nothing in a dry run', async ({ sql, repair }) => {
  await seedContradictions(sql, { consistent: 3, withOpenStatus: 5, withoutClosedAt: 2 });
  const before = await footprint(sql);
  expect(await repair({ dryRun: true })).toMatchObject({
    found: { withOpenStatus: 5, withoutClosedAt: 2 },
    closed: 0,
    constraint: 'ABSENT',
  });
  expect(await footprint(sql)).toEqual(before);
});

it('changes nothing when it runs again', async ({ sql, repair }) => {
  await seedContradictions(sql, { consistent: 3, withOpenStatus: 5, withoutClosedAt: 2 });
  await repair();
  const before = await footprint(sql);
  expect(await repair()).toMatchObject({ closed: 0, reopened: 0, constraint: 'VALID', stopped: null });
  expect(await footprint(sql)).toEqual(before);
});

it('ends after the step that --until names, and goes on from there', async ({ sql, repair }) => {
  await seedContradictions(sql, { consistent: 3, withOpenStatus: 5, withoutClosedAt: 2 });
  expect(await repair({ until: 'backfill' })).toMatchObject({ closed: 7, constraint: 'ABSENT' });
  expect(await repair({ until: 'add' })).toMatchObject({ closed: 0, constraint: 'NOT_VALID' });
  expect(await repair()).toMatchObject({ closed: 0, constraint: 'VALID' });
});

it('repairs rows where the CHECK was added before, as NOT VALID', async ({ sql, repair }) => {
  const { definition } = (await constraint(sql)) ?? {};
  await seedContradictions(sql, { consistent: 3, withOpenStatus: 5, withoutClosedAt: 2 });
  await sql(
    `ALTER TABLE execution_workspace ADD CONSTRAINT execution_workspaces_closed_state_consistency CHECK (${definition}) NOT VALID`,
  );
  expect(await repair()).toMatchObject({ closed: 7, constraint: 'VALID' });
});

it('passes over a row that is locked, and repairs it once it is free', async ({
  ownDatabase,
  sql,
  repair,
}) => {
  await seedContradictions(sql, { consistent: 3, withOpenStatus: 5, withoutClosedAt: 0 });
  await using holder = await openPsql(ownDatabase.url);
  await holder('BEGIN');
  await holder(
    `SELECT FROM execution_workspace WHERE status = 'IDLE' AND closed_at IS NOT NULL LIMIT 1 FOR UPDATE`,
  );
  expect(await repair({ until: 'backfill' })).toMatchObject({ closed: 4, remaining: { withOpenStatus: 1 } });
  const report = await repair({
    // The ALTER TABLE waits for the transaction that holds the row.
    log: (line) => void (line.startsWith('add: no lock') && holder('COMMIT').catch(() => {})),
  });
  expect(report).toMatchObject({ closed: 1, constraint: 'VALID' });
});

describe('violators with a live session', () => {
  const seed = async (sql: Psql) => {
    const place = await seedContradictions(sql, { consistent: 0, withOpenStatus: 3, withoutClosedAt: 3 });
    const [review] = await sql<{ id: string }>(
      `SELECT id FROM execution_workspace WHERE status = 'IN_REVIEW'`,
    );
    const [archived] = await sql<{ id: string }>(
      `SELECT id FROM execution_workspace WHERE closed_at IS NULL LIMIT 1`,
    );
    await occupy(sql, place, review?.id ?? '');
    await occupy(sql, place, archived?.id ?? '');
    return { place, review: review?.id, archived: archived?.id };
  };

  it('are listed and left, and the CHECK is not added', async ({ sql, repair }) => {
    const { review, archived } = await seed(sql);
    const report = await repair();
    expect(report).toMatchObject({
      ...{ closed: 4, reopened: 0, constraint: 'ABSENT' },
      stopped: expect.stringMatching(
        /^2 violators have a live session, so the CHECK is not added\..*--reopen-live/,
      ),
    });
    expect(new Set(report.live.map(({ id }) => id))).toEqual(new Set([review, archived]));
    expect(report.live.map(({ sessions }) => sessions).toSorted()).toEqual([['rocket-1'], ['rocket-2']]);
    expect(await countContradictions(sql)).toBe(2);
  });

  it('are reopened with --reopen-live, each in a new generation', async ({ sql, repair }) => {
    const { review, archived } = await seed(sql);
    expect(await repair({ reopenLive: true })).toMatchObject({
      ...{ closed: 4, reopened: 2, constraint: 'VALID', stopped: null, live: [] },
    });
    const rows = await sql<{ id: string }>(
      `SELECT id, status, closed_at, generation FROM execution_workspace WHERE id IN ($1, $2)`,
      [review, archived],
    );
    expect(new Map(rows.map((row) => [row.id, row]))).toEqual(
      new Map([
        [review, { id: review, status: 'IN_REVIEW', closed_at: null, generation: 2 }],
        [archived, { id: archived, status: 'ACTIVE', closed_at: null, generation: 2 }],
      ]),
    );
    expect(await auditTrail(sql, 'execution_workspace.reopened')).toEqual([
      { type: 'execution_workspace.reopened', before: 'ARCHIVED' },
      { type: 'execution_workspace.reopened', before: 'IN_REVIEW' },
    ]);
  });

  it('stay when another SHARED_WORKSPACE of the project is open, and the CHECK is not added', async ({
    sql,
    repair,
  }) => {
    const { place, review } = await seed(sql);
    await sql(`UPDATE execution_workspace SET mode = 'SHARED_WORKSPACE' WHERE id = $1`, [review]);
    await sql(
      `INSERT INTO execution_workspace (organization_id, project_id, name, mode) VALUES ($1, $2, 'shared', 'SHARED_WORKSPACE')`,
      [place.organizationId, place.projectId],
    );
    const lines: string[] = [];
    expect(await repair({ reopenLive: true, log: (line) => lines.push(line) })).toMatchObject({
      ...{ reopened: 1, constraint: 'ABSENT', live: [{ id: review }] },
      stopped: expect.stringMatching(/^1 violators have a live session/),
    });
    expect(lines).toContainEqual(expect.stringContaining('has another open SHARED_WORKSPACE'));
  });

  it('stay when their cleanup has begun, and the CHECK is not added', async ({ sql, repair }) => {
    const { review } = await seed(sql);
    await sql('UPDATE execution_workspace SET cleanup_started_at = now() WHERE id = $1', [review]);
    expect(await repair({ reopenLive: true })).toMatchObject({
      ...{ reopened: 1, constraint: 'ABSENT', live: [{ id: review }] },
    });
  });
});

describe('the command', () => {
  const command = (url: string, ...options: string[]) =>
    run(['db', 'repair-closed-state', ...options], { DATABASE_URL: url, MUSTER_SCM: 'demo' });

  async function ended(child: ReturnType<typeof run>) {
    let out = '';
    let err = '';
    child.stdout?.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      err += chunk;
    });
    const [code] = await once(child, 'close');
    return { code, out, err };
  }

  it('goes on where it was killed', async ({ ownDatabase, sql }) => {
    await seedContradictions(sql, { consistent: 100, withOpenStatus: 600, withoutClosedAt: 0 });
    const killed = command(ownDatabase.url, '--batch', '1', '--until', 'backfill');
    if (killed.stderr) await once(killed.stderr, 'data');
    killed.kill('SIGKILL');
    await once(killed, 'close');
    const { code, out } = await ended(command(ownDatabase.url, '--json'));
    expect(code).toBe(0);
    const report = JSON.parse(out);
    expect(report.found.withOpenStatus).toBeGreaterThan(0);
    expect(report.found.withOpenStatus).toBeLessThan(600);
    expect(report).toMatchObject({ closed: report.found.withOpenStatus, constraint: 'VALID' });
    expect(await countContradictions(sql)).toBe(0);
    expect(await auditTrail(sql)).toHaveLength(600);
  });

  it('prints its report, and fails with one sentence when it stops', async ({ ownDatabase, sql }) => {
    const place = await seedContradictions(sql, { consistent: 0, withOpenStatus: 1, withoutClosedAt: 1 });
    const [row] = await sql<{ id: string }>('SELECT id FROM execution_workspace WHERE closed_at IS NOT NULL');
    await occupy(sql, place, row?.id ?? '');
    const stopped = await ended(command(ownDatabase.url));
    expect(stopped.code).toBe(1);
    expect(stopped.out).toContain(`acme/w0  ${row?.id}  ACTIVE`);
    expect(stopped.err.trim().split('\n').at(-1)).toMatch(/^1 violators have a live session/);
    const { code, out } = await ended(command(ownDatabase.url, '--reopen-live'));
    expect([code, out.replaceAll(/ +/g, ' ').split('\n')]).toEqual([
      0,
      [
        'found 1 (1 with closed_at and an open status, 0 with a closed status and no closed_at)',
        'closed 0',
        'reopened 1',
        'remaining 0 (0 with closed_at and an open status, 0 with a closed status and no closed_at)',
        'live 0',
        'constraint valid',
        '',
      ],
    ]);
  });
});

async function auditTrail(sql: Psql, type = '%') {
  return await sql<{ type: string; before: string }>(
    `SELECT type, payload ->> 'status_before' AS before FROM structure_event WHERE type LIKE $1 ORDER BY 1, 2`,
    [type],
  );
}

async function footprint(sql: Psql) {
  return await sql(
    `SELECT (SELECT md5(string_agg(w::text, '' ORDER BY id)) FROM execution_workspace w) AS rows,
            (SELECT count(*) FROM change_outbox) AS changes, (SELECT count(*) FROM structure_event) AS events,
            (SELECT count(*) FROM pg_constraint WHERE conrelid = 'execution_workspace'::regclass) AS constraints`,
  );
}
