/** Schedules that are due: each runs once, and spawns or resumes a session or says why not. */

import { globalId } from '../../src/value/globalId.ts';
import { graphql } from '../graphql/gql.ts';
import type { ScheduleFactsFragment, SetWorkspaceScheduleInput } from '../graphql/graphql.ts';
import { until } from '../support/feed.ts';
import { setRetries } from '../support/jobs.ts';
import * as mutations from '../support/mutations.ts';
import { succeeded } from '../support/outcome.ts';
import { openPsql, type Psql, uuidOf } from '../support/psql.ts';
import type { Team, TeamAgent } from '../support/team.ts';
import { describe, expect, test } from '../support/test.ts';

const it = test.extend('config', { scope: 'file' }, { tuning: { everySeconds: { 'schedule.due': 1 } } });

const PROMPT = 'Look at the board.';

type Seat = { workspace: { id: string; name: string }; agent: TeamAgent };

const ScheduleById = graphql(`
  query ScheduleById($id: ID!) {
    node(id: $id) {
      __typename
      ...ScheduleFacts
    }
  }
`);

/** A workspace that is ONLINE, because its agent runs. */
async function seat(team: Team): Promise<Seat> {
  const workspace = await team.addWorkspace();
  return { workspace, agent: await team.hire({ workspaceId: workspace.id }) };
}

/** A schedule that is due every five minutes, in the team's project. */
async function schedule(
  team: Team,
  workspaceId: string,
  input: Partial<SetWorkspaceScheduleInput> = {},
): Promise<string> {
  const { setWorkspaceSchedule } = await team.owner.query(mutations.SetWorkspaceSchedule, {
    input: {
      workspaceId,
      name: 'Pulse',
      cronExpr: '*/5 * * * *',
      prompt: PROMPT,
      projectId: team.project.id,
      ...input,
    },
  });
  return succeeded(setWorkspaceSchedule).schedule.id;
}

async function facts(team: Team, id: string): Promise<ScheduleFactsFragment> {
  const { node } = await team.owner.query(ScheduleById, { id });
  if (node?.__typename !== 'WorkspaceSchedule') throw new Error('There is no such schedule.');
  return node;
}

const makeDue = (psql: Psql, ids: string[], ago = '1 second') =>
  psql('UPDATE workspace_schedule SET next_run_at = now() - $2::interval WHERE id = ANY($1::uuid[])', [
    ids.map(uuidOf),
    ago,
  ]);

/** Makes it due, and returns what it shows once the run is recorded. */
async function run(psql: Psql, team: Team, id: string, ago?: string) {
  const { lastRunAt } = await facts(team, id);
  await makeDue(psql, [id], ago);
  let now = await facts(team, id);
  await until(async () => {
    now = await facts(team, id);
    return now.lastRunAt !== lastRunAt;
  });
  return now;
}

type SessionRow = { id: string; prompt: string; launch_id: string; display_name: string | null };

const sessionsOf = (psql: Psql, ...seats: Seat[]) =>
  psql<SessionRow>(
    'SELECT id, prompt, launch_id, display_name FROM session WHERE agent_id = ANY($1) ORDER BY id',
    [seats.map(({ agent }) => uuidOf(agent.id))],
  );

const jobsOf = (psql: Psql, ...ids: string[]) =>
  psql<{ state: string; output: { outcome: string } | null; data: object }>(
    "SELECT state, output, data FROM pgboss.job WHERE name = 'schedule.run' AND data->>'scheduleId' = ANY($1)",
    [ids.map(uuidOf)],
  );

async function report(agent: TeamAgent, psql: Psql, sessionId: string, state: 'ACTIVE' | 'IDLE') {
  const [row] = await psql<{ launch_id: string }>('SELECT launch_id FROM session WHERE id = $1', [
    uuidOf(sessionId),
  ]);
  const { reportActivity } = await agent.query(mutations.ReportActivity, {
    input: { sessionId, state, launchId: row?.launch_id ?? '' },
  });
  succeeded(reportActivity);
}

/** What it shows once its first run is recorded. */
async function recorded(team: Team, id: string): Promise<ScheduleFactsFragment> {
  let now = await facts(team, id);
  await until(async () => {
    now = await facts(team, id);
    return now.lastRunAt !== null;
  });
  return now;
}

/** Another program's lock on the workspace's row, until it is released. */
async function holdWorkspace(url: string, { workspace }: Seat) {
  const psql = await openPsql(url);
  await psql('BEGIN');
  await psql('SELECT FROM workspace WHERE id = $1 FOR UPDATE', [uuidOf(workspace.id)]);
  return { release: () => psql('COMMIT'), [Symbol.asyncDispose]: psql.close };
}

/** Whether a statement that has this in it waits for a lock. */
const isWaitingFor = async (psql: Psql, statement: string) =>
  (
    await psql(
      `SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND strpos(query, $1) > 0`,
      [statement],
    )
  ).length > 0;

describe('a schedule of an ONLINE workspace', () => {
  it('spawns a session of its agent with its prompt, as the system', async ({ team, psql }) => {
    const at = await seat(team);
    const prompt = 'x'.repeat(100_000);
    const id = await schedule(team, at.workspace.id, { prompt });
    const { lastSession, ...ran } = await run(psql, team, id);
    expect(ran).toMatchObject({ enabled: true, lastOutcome: 'SPAWNED', lastReason: null });
    expect(await sessionsOf(psql, at)).toMatchObject([
      { id: uuidOf(lastSession?.id ?? ''), prompt, display_name: 'Pulse' },
    ]);
    expect(await team.changes({ types: ['SESSION_CREATED', 'WORKSPACE_UPDATED'] })).toMatchObject([
      { type: 'WORKSPACE_UPDATED', payload: { changed: ['status'] } },
      {
        type: 'SESSION_CREATED',
        entityId: lastSession?.id,
        actor: { kind: 'SYSTEM', name: 'schedule.run' },
      },
    ]);
  });

  it('runs once for all the times that passed while no server worked', async ({ team, psql }) => {
    const at = await seat(team);
    const id = await schedule(team, at.workspace.id);
    const { nextRunAt } = await run(psql, team, id, '3 days');
    expect(Date.parse(nextRunAt ?? '')).toBeGreaterThan(Date.now());
    expect(await jobsOf(psql, id)).toHaveLength(1);
    expect(await sessionsOf(psql, at)).toHaveLength(1);
  });

  it('waits for its session, resumes it once it has finished, and spawns another one when it has ended', async ({
    team,
    psql,
  }) => {
    const at = await seat(team);
    const id = await schedule(team, at.workspace.id);
    const first = (await run(psql, team, id)).lastSession?.id ?? '';
    const unfinished = {
      lastOutcome: 'SKIPPED',
      lastReason: 'SESSION_UNFINISHED',
      lastSession: { id: first },
    };
    expect(await run(psql, team, id)).toMatchObject(unfinished);
    await report(at.agent, psql, first, 'ACTIVE');
    expect(await run(psql, team, id)).toMatchObject(unfinished);

    await report(at.agent, psql, first, 'IDLE');
    const [before] = await sessionsOf(psql, at);
    await schedule(team, at.workspace.id, { prompt: 'Look again.' });
    expect(await run(psql, team, id)).toMatchObject({
      lastOutcome: 'RESUMED',
      lastReason: null,
      lastSession: { id: first },
    });
    const [after, ...others] = await sessionsOf(psql, at);
    expect(others).toEqual([]);
    expect(after).toMatchObject({ id: before?.id, prompt: 'Look again.' });
    expect(after?.launch_id).not.toBe(before?.launch_id);

    await team.terminate(first);
    const { lastOutcome, lastSession } = await run(psql, team, id);
    expect(lastOutcome).toBe('SPAWNED');
    expect(lastSession?.id).not.toBe(first);
  });

  it('spawns another session when its project has changed', async ({ team, psql }) => {
    const at = await seat(team);
    const id = await schedule(team, at.workspace.id);
    await run(psql, team, id);
    const other = await team.register({ slug: 'lander', name: 'Lander', repoUrl: null });
    await schedule(team, at.workspace.id, { projectId: other.id });
    expect(await run(psql, team, id)).toMatchObject({ lastOutcome: 'SPAWNED', project: { id: other.id } });
  });

  it('shows no session once its last one is deleted', async ({ team, psql }) => {
    const at = await seat(team);
    const id = await schedule(team, at.workspace.id);
    const { lastSession } = await run(psql, team, id);
    await psql('DELETE FROM session WHERE id = $1', [uuidOf(lastSession?.id ?? '')]);
    expect(await facts(team, id)).toMatchObject({ lastOutcome: 'SPAWNED', lastSession: null });
  });
});

describe('a run is skipped', () => {
  const arrangements: Record<string, (at: Seat, team: Team, psql: Psql) => Promise<unknown>> = {
    NOT_ONLINE: ({ workspace }, _team, psql) =>
      psql("UPDATE workspace SET status = 'DEGRADED', last_heartbeat_at = now() WHERE id = $1", [
        uuidOf(workspace.id),
      ]),
    AGENT_NOT_RUNNING: async ({ agent, workspace }, _team, psql) => {
      await psql("UPDATE agent SET status = 'ERROR', failure = 'It broke.' WHERE id = $1", [
        uuidOf(agent.id),
      ]);
      await psql("UPDATE workspace SET status = 'ONLINE' WHERE id = $1", [uuidOf(workspace.id)]);
    },
    PROJECT_ARCHIVED: (_seat, team, psql) =>
      psql('UPDATE project SET archived_at = now() WHERE id = $1', [uuidOf(team.project.id)]),
  };

  it.for(Object.keys(arrangements))('with the reason %s', async (reason, { team, psql }) => {
    const at = await seat(team);
    const id = await schedule(team, at.workspace.id);
    await arrangements[reason]?.(at, team, psql);
    const { nextRunAt, ...ran } = await run(psql, team, id);
    expect(ran).toMatchObject({
      enabled: true,
      lastOutcome: 'SKIPPED',
      lastReason: reason,
      lastSession: null,
    });
    expect(Date.parse(nextRunAt ?? '')).toBeGreaterThan(Date.now());
    expect(await jobsOf(psql, id)).toEqual([]);
  });

  it('when the workspace is vacant', async ({ team, psql }) => {
    const { id: workspaceId } = await team.addWorkspace({ runtime: 'external' });
    const id = await schedule(team, workspaceId);
    expect(await run(psql, team, id)).toMatchObject({ lastOutcome: 'SKIPPED', lastReason: 'NO_AGENT' });
  });

  it('when it names no project', async ({ team, psql }) => {
    const at = await seat(team);
    const id = await schedule(team, at.workspace.id, { projectId: null });
    expect(await run(psql, team, id)).toMatchObject({ lastOutcome: 'SKIPPED', lastReason: 'NO_PROJECT' });
  });

  it('when it is disabled after it was claimed', async ({ team, psql, database }) => {
    const at = await seat(team);
    const id = await schedule(team, at.workspace.id);
    await using holder = await holdWorkspace(database.url, at);
    await makeDue(psql, [id]);
    await until(() => isWaitingFor(psql, 'FROM workspace WHERE'));
    await psql('UPDATE workspace_schedule SET enabled = false WHERE id = $1', [uuidOf(id)]);
    await holder.release();
    expect(await recorded(team, id)).toMatchObject({ lastOutcome: 'SKIPPED', lastReason: 'DISABLED' });
    expect(await sessionsOf(psql, at)).toEqual([]);
  });
});

describe('a removed workspace', () => {
  const liveSessions = (psql: Psql, { agent }: Seat) =>
    psql('SELECT FROM session WHERE agent_id = $1 AND NOT is_terminated', [uuidOf(agent.id)]);

  it('ends the session of a run that came just before', async ({ team, psql, database }) => {
    const at = await seat(team);
    const id = await schedule(team, at.workspace.id);
    await using holder = await holdWorkspace(database.url, at);
    await makeDue(psql, [id]);
    await until(() => isWaitingFor(psql, 'FROM workspace WHERE'));
    const removal = team.removeWorkspace(at.workspace);
    await until(() => isWaitingFor(psql, 'FROM agent'));
    await holder.release();
    await removal;
    expect(await facts(team, id)).toMatchObject({ lastOutcome: 'SPAWNED', enabled: false, nextRunAt: null });
    expect(await liveSessions(psql, at)).toEqual([]);
  });

  it('starts no session for a run that was claimed while it was being removed', async ({
    team,
    psql,
    database,
  }) => {
    const at = await seat(team);
    const id = await schedule(team, at.workspace.id);
    await using holder = await holdWorkspace(database.url, at);
    const removal = team.removeWorkspace(at.workspace);
    await until(() => isWaitingFor(psql, 'UPDATE workspace SET status'));
    await makeDue(psql, [id]);
    await until(() => isWaitingFor(psql, 'FROM agent'));
    await holder.release();
    await removal;
    expect(await recorded(team, id)).toMatchObject({
      lastOutcome: 'SKIPPED',
      lastReason: 'DISABLED',
      enabled: false,
      nextRunAt: null,
    });
    expect(await sessionsOf(psql, at)).toEqual([]);
  });

  it('has no live session, whenever the removal comes', async ({ team, psql, anotherApp }) => {
    const there = team.at(anotherApp.url);
    const seats = await Promise.all(Array.from({ length: 12 }, () => seat(team)));
    const ids = await Promise.all(seats.map(({ workspace }) => schedule(team, workspace.id)));
    await makeDue(psql, ids);
    for (const { workspace } of seats) await there.removeWorkspace(workspace);
    await until(async () => (await jobsOf(psql, ...ids)).every(isDone));
    for (const [index, each] of seats.entries()) {
      expect(await liveSessions(psql, each)).toEqual([]);
      expect(await facts(team, ids[index] ?? '')).toMatchObject({ enabled: false, nextRunAt: null });
    }
  });
});

const isDone = ({ state }: { state: string }) => state === 'completed';

it('two processes run each due schedule once', async ({ team, psql, app, anotherApp }) => {
  expect(anotherApp.url).not.toBe(app.url);
  const seats = await Promise.all(Array.from({ length: 24 }, () => seat(team)));
  const ids = await Promise.all(seats.map(({ workspace }) => schedule(team, workspace.id)));
  await makeDue(psql, ids);
  const ran = await Promise.all(ids.map((id) => recorded(team, id)));
  expect(new Set(ran.map(({ lastOutcome }) => lastOutcome))).toEqual(new Set(['SPAWNED']));
  expect(await jobsOf(psql, ...ids)).toHaveLength(ids.length);
  expect(await sessionsOf(psql, ...seats)).toHaveLength(ids.length);
});

it('a run that is attempted again changes nothing', async ({ team, psql }) => {
  const at = await seat(team);
  const id = await schedule(team, at.workspace.id);
  const ran = await run(psql, team, id);
  // As after a process that died between the commit and the acknowledgement of the job.
  await psql(
    `INSERT INTO pgboss.job (name, data)
     SELECT name, data FROM pgboss.job WHERE name = 'schedule.run' AND data->>'scheduleId' = $1`,
    [uuidOf(id)],
  );
  await until(async () => {
    const jobs = await jobsOf(psql, id);
    return jobs.length === 2 && jobs.every(isDone);
  });
  expect(await facts(team, id)).toEqual(ran);
  expect(await sessionsOf(psql, at)).toHaveLength(1);
});

it('a schedule that is deleted after it was claimed starts nothing', async ({ team, psql }) => {
  const at = await seat(team);
  const id = await schedule(team, at.workspace.id);
  await psql("INSERT INTO pgboss.job (name, data) VALUES ('schedule.run', $1)", [
    { scheduleId: uuidOf(id), claimedAt: new Date().toISOString() },
  ]);
  const input = { workspaceId: at.workspace.id, name: 'Pulse' };
  await team.owner.query(mutations.RemoveWorkspaceSchedule, { input });
  await until(async () => (await jobsOf(psql, id)).every(isDone));
  expect(await psql('SELECT FROM workspace_schedule WHERE id = $1', [uuidOf(id)])).toEqual([]);
});

describe('what another program writes', () => {
  const insert = async (psql: Psql, team: Team, { workspace }: Seat, columns: Record<string, unknown>) => {
    const row = { cron_expr: '0 9 * * *', prompt: PROMPT, project_id: uuidOf(team.project.id), ...columns };
    const [made] = await psql<{ id: string }>(
      `INSERT INTO workspace_schedule (organization_id, workspace_id, name, ${Object.keys(row).join(', ')})
       VALUES ($1, $2, gen_random_uuid()::text, ${Object.keys(row).map((_, at) => `$${at + 3}`)}) RETURNING id`,
      [uuidOf(team.id), uuidOf(workspace.id), ...Object.values(row)],
    );
    return globalId('WorkspaceSchedule', made?.id ?? '');
  };

  it('gets its next due time, and another one when its times change', async ({ team, psql }) => {
    const at = await seat(team);
    const id = await insert(psql, team, at, {});
    await until(async () => (await facts(team, id)).nextRunAt !== null);
    expect((await facts(team, id)).nextRunAt).toMatch(/T09:00:00\.000Z$/);
    await psql("UPDATE workspace_schedule SET timezone = 'Asia/Tokyo' WHERE id = $1", [uuidOf(id)]);
    await until(async () => /T00:00:00\.000Z$/.test((await facts(team, id)).nextRunAt ?? ''));
    await psql('UPDATE workspace_schedule SET enabled = false WHERE id = $1', [uuidOf(id)]);
    expect(await facts(team, id)).toMatchObject({ enabled: false, nextRunAt: null });
  });

  it.for([{ cron_expr: 'at nine' }, { timezone: 'Mars/Base' }])(
    'is disabled when it cannot be read, and the others run: %j',
    async (columns, { team, psql }) => {
      const [bad, good] = await Promise.all([seat(team), seat(team)]);
      const fillable = await insert(psql, team, bad, columns);
      const due = await insert(psql, team, bad, { ...columns, next_run_at: new Date(0) });
      const other = await schedule(team, good.workspace.id);
      expect(await run(psql, team, other)).toMatchObject({ lastOutcome: 'SPAWNED' });
      for (const id of [fillable, due]) {
        expect(await recorded(team, id)).toMatchObject({
          enabled: false,
          nextRunAt: null,
          lastOutcome: 'FAILED',
          lastReason: 'INVALID_TIMES',
        });
      }
    },
  );
});

it('a run whose attempts all fail is recorded as FAILED, and the schedule stays enabled', async ({
  team,
  psql,
}) => {
  const at = await seat(team);
  const id = await schedule(team, at.workspace.id);
  await setRetries(psql, 'schedule.run', 1);
  await psql(
    `ALTER TABLE session ADD CONSTRAINT broken CHECK (agent_id <> '${uuidOf(at.agent.id)}') NOT VALID`,
  );
  const { nextRunAt, ...ran } = await run(psql, team, id);
  expect(ran).toMatchObject({ enabled: true, lastOutcome: 'FAILED', lastReason: 'START_FAILED' });
  expect(Date.parse(nextRunAt ?? '')).toBeGreaterThan(Date.now());
  await psql('ALTER TABLE session DROP CONSTRAINT broken');
  expect(await run(psql, team, id)).toMatchObject({ lastOutcome: 'SPAWNED', lastReason: null });
});
