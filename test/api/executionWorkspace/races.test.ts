/** Acts that meet at one execution workspace. */
import type { TestApp } from '../../support/app.ts';
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

/** Starts two acts while the row is locked, the second at another server once the first waits. */
async function inTurn<First, Second>(
  { psql, database, team, anotherApp, id }: Place & { id: string },
  first: (team: Team) => Promise<First>,
  second: (team: Team) => Promise<Second>,
): Promise<[First, Second]> {
  await using holder = await openPsql(database.url);
  await holder('BEGIN');
  await holder('SELECT FROM execution_workspace WHERE id = $1 FOR UPDATE', [uuidOf(id)]);
  const one = first(team);
  await expect.poll(() => waiters(psql)).toBe(1);
  const two = second(team.at(anotherApp.url));
  await expect.poll(() => waiters(psql)).toBe(2);
  await holder('COMMIT');
  return await Promise.all([one, two]);
}

type Place = { psql: Psql; database: TestDatabase; team: Team; anotherApp: TestApp };

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

// The first use of the other server must not happen while a row is locked.
it.beforeEach(async ({ anotherApp, team }) => {
  await team.at(anotherApp.url).changes();
});

describe('a close and a reopening at the same time', () => {
  it('happen one after the other', async ({ team, psql, database, anotherApp }) => {
    const { id } = await team.openExecutionWorkspace();
    const [closed, reopened] = await inTurn(
      { psql, database, team, anotherApp, id },
      (by) => close(by, { id }),
      (by) => reopen(by, { id }),
    );
    expect(succeeded(closed).executionWorkspace.id).toBe(id);
    expect(succeeded(reopened).executionWorkspace).toMatchObject({
      status: 'ACTIVE',
      closedAt: null,
      generation: 2,
      version: 3,
    });
  });

  it('that expect the same version: one happens', async ({ team, psql, database, anotherApp }) => {
    const { id } = await team.openExecutionWorkspace();
    succeeded(await close(team, { id }));
    const [reopened, again] = await inTurn(
      { psql, database, team, anotherApp, id },
      (by) => reopen(by, { id, expectedVersion: 2 }),
      (by) => close(by, { id, expectedVersion: 2 }),
    );
    succeeded(reopened);
    expect(refused(again)).toMatchObject({ code: 'VERSION_CONFLICT', currentVersion: 3 });
  });
});

it('of ten concurrent closes one happens', async ({ team }) => {
  const { id } = await team.openExecutionWorkspace();
  const answers = await Promise.all(Array.from({ length: 10 }, () => close(team, { id })));
  expect(answers.map((each) => each?.__typename).sort()).toEqual([
    ...Array(9).fill('AlreadyClosedError'),
    'CloseExecutionWorkspacePayload',
  ]);
  expect(await team.structureEvents('EXECUTION_WORKSPACE_CLOSED')).toHaveLength(1);
});

describe('a close and a session that becomes live', () => {
  it('by a restore before it: the close is blocked', async ({ team, psql, database, anotherApp }) => {
    const session = await team.spawn();
    const { id } = await team.openExecutionWorkspace({ sessionId: session.id });
    await team.terminate(session.id);
    const [restored, closed] = await inTurn(
      { psql, database, team, anotherApp, id },
      (by) => restore(by, session.id),
      (by) => close(by, { id }),
    );
    succeeded(restored);
    expect(refused(closed)).toMatchObject({
      code: 'CLOSE_BLOCKED',
      readiness: { blockingReasons: ['LIVE_SESSION'] },
    });
  });

  it('by a restore after it: the session may not claim', async ({ team, psql, database, anotherApp }) => {
    const session = await team.spawn();
    const { id } = await team.openExecutionWorkspace({ sessionId: session.id });
    await team.terminate(session.id);
    const [closed, restored] = await inTurn(
      { psql, database, team, anotherApp, id },
      (by) => close(by, { id }),
      (by) => restore(by, session.id),
    );
    succeeded(closed);
    succeeded(restored);
    team.onGitHub(7);
    expect(refused(await team.claim(session.id, 7))).toMatchObject({ code: 'EXECUTION_WORKSPACE_CLOSED' });
  });

  it('by a spawn before it: the close is blocked', async ({ team, psql, database, anotherApp }) => {
    const { id } = await team.openExecutionWorkspace();
    const [spawned, closed] = await inTurn(
      { psql, database, team, anotherApp, id },
      (by) => spawnInto(by, id),
      (by) => close(by, { id }),
    );
    succeeded(spawned);
    expect(refused(closed)).toMatchObject({ code: 'CLOSE_BLOCKED' });
  });

  it('by a spawn after it: the spawn is refused', async ({ team, psql, database, anotherApp }) => {
    const { id } = await team.openExecutionWorkspace();
    const [closed, spawned] = await inTurn(
      { psql, database, team, anotherApp, id },
      (by) => close(by, { id }),
      (by) => spawnInto(by, id),
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
