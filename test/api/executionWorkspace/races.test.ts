/** Acts that meet at one execution workspace. */
import type { TestDatabase } from '../../support/database.ts';
import { RestoreSession, SpawnSession } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { openPsql, type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { afterEach, describe, expect, it } from '../../support/test.ts';
import { close, reopen } from './acts.ts';

/** Whatever raced: the state and its stamps agree. */
afterEach(async () => {
  expect(
    await seen?.(`SELECT id FROM execution_workspace
      WHERE (closed_at IS NOT NULL) <> (status IN ('ARCHIVED', 'CLEANUP_FAILED'))`),
  ).toEqual([]);
});
let seen: Psql | undefined;
it.beforeEach(({ psql }) => {
  seen = psql;
});

/** Starts acts while the row is locked, each once the one before waits, and returns their answers. */
async function inTurn<Answers extends unknown[]>(
  { psql, database, id }: { psql: Psql; database: TestDatabase; id: string },
  ...acts: { [Index in keyof Answers]: () => Promise<Answers[Index]> }
): Promise<Answers> {
  await using holder = await openPsql(database.url);
  await holder('BEGIN');
  await holder('SELECT FROM execution_workspace WHERE id = $1 FOR UPDATE', [uuidOf(id)]);
  const started: Promise<unknown>[] = [];
  for (const act of acts) {
    started.push(act());
    await expect.poll(() => waiters(psql)).toBe(started.length);
  }
  await holder('COMMIT');
  return (await Promise.all(started)) as Answers;
}

async function waiters(psql: Psql): Promise<number> {
  const rows = await psql(
    `SELECT DISTINCT l.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE NOT l.granted AND a.datname = current_database()`,
  );
  return rows.length;
}

const restore = async (team: Team, sessionId: string) =>
  (await team.owner.query(RestoreSession, { input: { sessionId } })).restoreSession;
const spawnInto = async (team: Team, executionWorkspaceId: string) =>
  (
    await team.owner.query(SpawnSession, {
      input: { projectId: team.project.id, executionWorkspaceId },
    })
  ).spawnSession;

describe('a close and a reopening at the same time', () => {
  it('happen one after the other', async ({ team, psql, database }) => {
    const { id } = await team.openExecutionWorkspace();
    const [closed, reopened] = await inTurn(
      { psql, database, id },
      () => close(team, { id }),
      () => reopen(team, { id }),
    );
    expect(succeeded(closed).executionWorkspace.id).toBe(id);
    expect(succeeded(reopened).executionWorkspace).toMatchObject({
      status: 'ACTIVE',
      closedAt: null,
      generation: 2,
      version: 3,
    });
  });

  it('that expect the same version: one happens', async ({ team, psql, database }) => {
    const { id } = await team.openExecutionWorkspace();
    succeeded(await close(team, { id }));
    const [reopened, again] = await inTurn(
      { psql, database, id },
      () => reopen(team, { id, expectedVersion: 2 }),
      () => close(team, { id, expectedVersion: 2 }),
    );
    succeeded(reopened);
    expect(refused(again)).toMatchObject({ code: 'VERSION_CONFLICT', currentVersion: 3 });
  });
});

it('of ten concurrent closes one happens', async ({ team }) => {
  const { id } = await team.openExecutionWorkspace();
  const answers = await Promise.all(Array.from({ length: 10 }, () => close(team, { id })));
  expect(answers.map(({ __typename }) => __typename).sort()).toEqual([
    ...Array(9).fill('AlreadyClosedError'),
    'CloseExecutionWorkspacePayload',
  ]);
  expect(await team.structureEvents('execution_workspace.closed')).toHaveLength(1);
});

describe('a close and a session that becomes live', () => {
  it('by a restore before it: the close is blocked', async ({ team, psql, database }) => {
    const session = await team.spawn();
    const { id } = await team.openExecutionWorkspace({ sessionId: session.id });
    await team.terminate(session.id);
    const [restored, closed] = await inTurn(
      { psql, database, id },
      () => restore(team, session.id),
      () => close(team, { id }),
    );
    succeeded(restored);
    expect(refused(closed)).toMatchObject({
      code: 'CLOSE_BLOCKED',
      readiness: { blockingReasons: ['LIVE_SESSION'] },
    });
  });

  it('by a restore after it: the session may not claim', async ({ team, psql, database }) => {
    const session = await team.spawn();
    const { id } = await team.openExecutionWorkspace({ sessionId: session.id });
    await team.terminate(session.id);
    const [closed, restored] = await inTurn(
      { psql, database, id },
      () => close(team, { id }),
      () => restore(team, session.id),
    );
    succeeded(closed);
    succeeded(restored);
    team.onGitHub(7);
    expect(refused(await team.claim(session.id, 7))).toMatchObject({ code: 'EXECUTION_WORKSPACE_CLOSED' });
  });

  it('by a spawn before it: the close is blocked', async ({ team, psql, database }) => {
    const { id } = await team.openExecutionWorkspace();
    const [spawned, closed] = await inTurn(
      { psql, database, id },
      () => spawnInto(team, id),
      () => close(team, { id }),
    );
    succeeded(spawned);
    expect(refused(closed)).toMatchObject({ code: 'CLOSE_BLOCKED' });
  });

  it('by a spawn after it: the spawn is refused', async ({ team, psql, database }) => {
    const { id } = await team.openExecutionWorkspace();
    const [closed, spawned] = await inTurn(
      { psql, database, id },
      () => close(team, { id }),
      () => spawnInto(team, id),
    );
    succeeded(closed);
    expect(refused(spawned)).toMatchObject({ code: 'EXECUTION_WORKSPACE_CLOSED' });
  });
});

it('a claim that waits for a close by another program is refused', async ({ team, psql, database }) => {
  const session = await team.spawn();
  const { id } = await team.openExecutionWorkspace({ sessionId: session.id });
  team.onGitHub(7);
  await using other = await openPsql(database.url);
  await other('BEGIN');
  await other("UPDATE execution_workspace SET status = 'ARCHIVED', closed_at = now() WHERE id = $1", [
    uuidOf(id),
  ]);
  const claim = team.claim(session.id, 7);
  await expect.poll(() => waiters(psql)).toBe(1);
  await other('COMMIT');
  expect(refused(await claim)).toMatchObject({ code: 'EXECUTION_WORKSPACE_CLOSED' });
});

it('sessions that enter an idle one at the same time all enter', async ({ team }) => {
  const { id } = await team.openExecutionWorkspace({ mode: 'SHARED_WORKSPACE' });
  const answers = await Promise.all(Array.from({ length: 8 }, () => spawnInto(team, id)));
  for (const answer of answers) succeeded(answer);
});
