/** A server is killed while it spawns a session with a claim. Both exist or neither, and a retry creates both. */

import { type Client, createClient } from '../support/client.ts';
import type { TestDatabase } from '../support/database.ts';
import { TIMEOUT } from '../support/faults/scale.ts';
import type { GitHub } from '../support/github/github.ts';
import { SpawnSession } from '../support/mutations.ts';
import { succeeded } from '../support/outcome.ts';
import { type MusterProcess, startServer } from '../support/process.ts';
import { openPsql, type Psql, uuidOf } from '../support/psql.ts';
import type { Team } from '../support/team.ts';
import { expect, it } from '../support/test.ts';

let server: MusterProcess;
let owner: Client;
it.beforeEach(async ({ team, github, database }) => {
  github.clear();
  team.onGitHub(7);
  await start(team, github, database);
  return () => server.stop('SIGKILL');
});

async function start(team: Team, github: GitHub, database: TestDatabase): Promise<void> {
  server = await startServer({
    DATABASE_URL: database.url,
    MUSTER_SCM: 'github',
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN: github.token,
  });
  owner = createClient(server.url, team.owner.token);
}

async function spawn(team: Team) {
  const input = { projectId: team.project.id, claimPR: { pr: '7' }, idempotencyKey: 'once' };
  return succeeded((await owner.query(SpawnSession, { input })).spawnSession);
}

async function rows(team: Team, psql: Psql) {
  return {
    sessions: await psql<{ id: string; num: number }>(
      'SELECT id, num FROM session WHERE organization_id = $1',
      [uuidOf(team.id)],
    ),
    pullRequests: await psql<{ session_id: string }>(
      'SELECT session_id FROM pull_request WHERE organization_id = $1',
      [uuidOf(team.id)],
    ),
  };
}

/** Kills the server during the request. */
async function kill(spawning: Promise<unknown>): Promise<void> {
  const answer = expect(spawning).rejects.toThrow();
  await server.stop('SIGKILL');
  await answer;
}

/** Sends the same request twice to another server. */
async function expectOneSpawn(team: Team, psql: Psql, github: GitHub, database: TestDatabase): Promise<void> {
  await start(team, github, database);
  const spawned = [await spawn(team), await spawn(team)];
  const { sessions, pullRequests } = await rows(team, psql);
  expect(sessions).toHaveLength(1);
  expect(sessions[0]?.num).toBe(1);
  expect(spawned.map(({ session }) => uuidOf(session.id))).toEqual([sessions[0]?.id, sessions[0]?.id]);
  expect(pullRequests).toEqual([{ session_id: sessions[0]?.id }]);
  expect(await team.changes({ types: ['SESSION_CREATED', 'SESSION_DELETED', 'PR_CREATED'] })).toMatchObject([
    { type: 'SESSION_CREATED' },
    { type: 'PR_CREATED' },
  ]);
}

it('a spawn killed while the host has not answered leaves nothing', { timeout: TIMEOUT }, async ({
  team,
  psql,
  github,
  database,
}) => {
  const hold = github.holdNext();
  const spawning = spawn(team);
  await hold.arrived;
  await kill(spawning);
  hold.release();
  expect(await rows(team, psql)).toEqual({ sessions: [], pullRequests: [] });
  await expectOneSpawn(team, psql, github, database);
});

it('a spawn killed between the session and its pull request leaves nothing', {
  timeout: TIMEOUT,
}, async ({ team, psql, github, database }) => {
  await using holder = await openPsql(database.url);
  await holder('BEGIN');
  // This lock allows reading and locking rows, but no writes.
  await holder('LOCK TABLE pull_request IN SHARE MODE');
  const spawning = spawn(team);
  /** The backend that waits for the lock and has written a session. */
  const waiting = () =>
    psql<{ pid: number }>(
      `SELECT pid FROM pg_locks WHERE relation = 'pull_request'::regclass AND NOT granted
       INTERSECT
       SELECT pid FROM pg_locks WHERE relation = 'session'::regclass AND mode = 'RowExclusiveLock' AND granted`,
    );
  await expect.poll(async () => (await waiting()).length).toBe(1);
  const [backend] = await waiting();
  await kill(spawning);
  await holder('COMMIT');
  await expect
    .poll(async () => (await psql('SELECT FROM pg_stat_activity WHERE pid = $1', [backend?.pid])).length)
    .toBe(0);
  expect(await rows(team, psql)).toEqual({ sessions: [], pullRequests: [] });
  await expectOneSpawn(team, psql, github, database);
});

it('a spawn killed right after its commit is complete, whether or not the client got the answer', {
  timeout: TIMEOUT,
}, async ({ team, psql, github, database }) => {
  const spawning = spawn(team).catch(() => undefined);
  await expect.poll(async () => (await rows(team, psql)).sessions.length, { interval: 1 }).toBe(1);
  await server.stop('SIGKILL');
  await spawning;
  await expectOneSpawn(team, psql, github, database);
});
