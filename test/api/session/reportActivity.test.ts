/** The activity that sessions report, and its effect on their state. */
import { randomUUID } from 'node:crypto';
import { globalId } from '../../../src/value/globalId.ts';
import type { ActivityState, ReportActivityInput } from '../../graphql/graphql.ts';
import type { Client } from '../../support/client.ts';
import { OffboardAgent, ReportActivity, RestoreSession } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { openPsql, type Psql, uuidOf } from '../../support/psql.ts';
import type { Team, TeamAgent } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

let agent: TeamAgent;
let session: { id: string };
it.beforeEach(async ({ team }) => {
  agent = await team.hire();
  session = await team.spawn({ agentId: agent.id });
});

async function report(state: ActivityState, more: Partial<ReportActivityInput> = {}, by: Client = agent) {
  const input = { sessionId: session.id, state, ...more };
  return (await by.query(ReportActivity, { input })).reportActivity;
}

type Stored = {
  activity_state: ActivityState;
  activity_last_at: Date;
  first_signal_at: Date | null;
  no_signal_at: Date | null;
  launch_id: string;
};

async function stored(psql: Psql): Promise<Stored> {
  const [row] = await psql<Stored>(
    'SELECT activity_state, activity_last_at, first_signal_at, no_signal_at, launch_id FROM session WHERE id = $1',
    [uuidOf(session.id)],
  );
  if (!row) throw new Error('There is no such session.');
  return row;
}

/** Moves the last activity of the session one hour back. */
const rest = (psql: Psql, assignments = 'id = id') =>
  psql(`UPDATE session SET activity_last_at = now() - interval '1 hour', ${assignments} WHERE id = $1`, [
    uuidOf(session.id),
  ]);

const isRecent = (time: Date | null) => time !== null && Date.now() - time.getTime() < 600_000;

describe('reportActivity', () => {
  it('records the activity as one change with the agent as its actor', async ({ team, psql }) => {
    await rest(psql);
    const { requestId, session: shown, ignored } = succeeded(await report('ACTIVE'));
    expect({ shown, ignored }).toEqual({
      shown: { id: session.id, activityState: 'ACTIVE', displayStatus: 'WORKING' },
      ignored: false,
    });
    const row = await stored(psql);
    expect([isRecent(row.activity_last_at), isRecent(row.first_signal_at)]).toEqual([true, true]);
    expect(await team.changes({ requestId })).toMatchObject([
      {
        type: 'SESSION_UPDATED',
        entityId: session.id,
        actor: { kind: 'AGENT', agent: { id: agent.id }, name: agent.name },
        payload: {
          changed: ['activityState', 'firstSignalAt', 'displayStatus', 'lane', 'laneSince', 'statusSince'],
          row: { activityState: 'ACTIVE' },
        },
      },
    ]);
  });

  it('sets firstSignalAt once, for any state, and clears noSignalAt', async ({ team, psql }) => {
    await rest(psql, 'no_signal_at = now()');
    const { requestId } = succeeded(await report('IDLE'));
    const first = await stored(psql);
    expect(isRecent(first.first_signal_at)).toBe(true);
    expect(first.no_signal_at).toBeNull();
    expect(await team.changes({ requestId })).toMatchObject([
      {
        type: 'SESSION_UPDATED',
        payload: {
          changed: ['firstSignalAt', 'noSignalAt', 'displayStatus', 'lane', 'laneSince', 'statusSince'],
        },
      },
    ]);
    succeeded(await report('ACTIVE'));
    expect((await stored(psql)).first_signal_at).toEqual(first.first_signal_at);
  });

  it('changes only activityLastAt for the same state, without a change in the feed', async ({
    team,
    psql,
  }) => {
    succeeded(await report('ACTIVE'));
    await rest(psql);
    const before = await stored(psql);
    const { requestId, ignored } = succeeded(await report('ACTIVE'));
    expect(ignored).toBe(false);
    const after = await stored(psql);
    expect(after.activity_last_at.getTime()).toBeGreaterThan(before.activity_last_at.getTime());
    expect({ ...after, activity_last_at: before.activity_last_at }).toEqual(before);
    expect(await team.changes({ requestId })).toEqual([]);
  });

  it('does not terminate the session for EXITED', async ({ psql }) => {
    expect(succeeded(await report('EXITED')).session).toMatchObject({
      activityState: 'EXITED',
      displayStatus: 'EXITED',
    });
    const [row] = await psql('SELECT is_terminated FROM session WHERE id = $1', [uuidOf(session.id)]);
    expect(row).toEqual({ is_terminated: false });
  });

  it('returns the first result under the same idempotencyKey', async () => {
    const first = succeeded(await report('ACTIVE', { idempotencyKey: 'k' }));
    succeeded(await report('EXITED'));
    const again = succeeded(await report('ACTIVE', { idempotencyKey: 'k' }));
    expect(again).toMatchObject({ requestId: first.requestId, session: { activityState: 'EXITED' } });
    expect(refused(await report('IDLE', { idempotencyKey: 'k' })).code).toBe('IDEMPOTENCY_CONFLICT');
  });
});

const STATES = ['ACTIVE', 'IDLE', 'WAITING_INPUT', 'BLOCKED', 'EXITED'] as const;

describe('reportActivity', () => {
  /**
   * The rows are the state before, the columns the reported state: IDLE does not replace a state that waits for a
   * person, and nothing replaces EXITED.
   */
  const AFTER: Record<ActivityState, Record<ActivityState, ActivityState>> = {
    ACTIVE: reported({}),
    IDLE: reported({}),
    WAITING_INPUT: reported({ IDLE: 'WAITING_INPUT' }),
    BLOCKED: reported({ IDLE: 'BLOCKED' }),
    EXITED: reported(Object.fromEntries(STATES.map((state) => [state, 'EXITED']))),
  };

  it.for(STATES.flatMap((from) => STATES.map((to) => [from, to, AFTER[from][to]] as const)))(
    'in the state %s: a report of %s results in %s',
    async ([from, state, after], { team, psql }) => {
      succeeded(await report(from));
      await rest(psql);
      const before = await stored(psql);
      const { session: shown, ignored, requestId } = succeeded(await report(state));
      expect(shown.activityState).toBe(after);
      expect(ignored).toBe(from === 'EXITED' || state !== after);
      if (ignored) expect(await stored(psql)).toEqual(before);
      const types = (await team.changes({ requestId })).map(({ type }) => type);
      expect(types).toEqual(from === after ? [] : ['SESSION_UPDATED']);
    },
  );

  function reported(but: Partial<Record<ActivityState, ActivityState>>) {
    return {
      ...(Object.fromEntries(STATES.map((state) => [state, state])) as Record<ActivityState, ActivityState>),
      ...but,
    };
  }
});

describe('the launchId of reportActivity', () => {
  async function relaunch(team: Team, psql: Psql): Promise<{ former: string; present: string }> {
    const former = (await stored(psql)).launch_id;
    await team.terminate(session.id);
    const { restoreSession } = await team.owner.query(RestoreSession, { input: { sessionId: session.id } });
    succeeded(restoreSession);
    return { former, present: (await stored(psql)).launch_id };
  }

  it('of an earlier launch makes the report ignored', async ({ team, psql }) => {
    const { former, present } = await relaunch(team, psql);
    const before = await stored(psql);
    const late = succeeded(await report('EXITED', { launchId: former }));
    expect(late).toMatchObject({ ignored: true, session: { activityState: 'IDLE' } });
    expect(await stored(psql)).toEqual(before);
    expect(await team.changes({ requestId: late.requestId })).toEqual([]);
    expect(succeeded(await report('ACTIVE', { launchId: present.toUpperCase() }))).toMatchObject({
      ignored: false,
      session: { activityState: 'ACTIVE' },
    });
  });

  it('of a launch that has reported EXITED makes the report ignored, until a restore', async ({
    team,
    psql,
  }) => {
    const { launch_id } = await stored(psql);
    succeeded(await report('EXITED', { launchId: launch_id }));
    const before = await stored(psql);
    for (const launchId of [launch_id, null, undefined]) {
      const late = succeeded(await report('ACTIVE', { launchId }));
      expect(late, String(launchId)).toMatchObject({ ignored: true, session: { displayStatus: 'EXITED' } });
      expect(await team.changes({ requestId: late.requestId })).toEqual([]);
    }
    expect(await stored(psql)).toEqual(before);
    const { present } = await relaunch(team, psql);
    expect(succeeded(await report('ACTIVE', { launchId: present }))).toMatchObject({
      ignored: false,
      session: { activityState: 'ACTIVE' },
    });
  });

  it('is optional', async ({ team, psql }) => {
    await relaunch(team, psql);
    for (const launchId of [null, undefined]) {
      expect(succeeded(await report('ACTIVE', { launchId })).ignored).toBe(false);
    }
  });

  it('that is unknown makes the report ignored', async () => {
    for (const launchId of [randomUUID(), 'launch-1']) {
      expect(succeeded(await report('ACTIVE', { launchId })).ignored, launchId).toBe(true);
    }
  });
});

describe('a refused reportActivity', () => {
  async function refusal(team: Team, ...args: Parameters<typeof report>) {
    const before = await footprint(team);
    const error = refused(await report(...args));
    expect(await footprint(team)).toEqual(before);
    return error;
  }

  /** Without the tokens, whose use is recorded. */
  async function footprint(team: Team) {
    const { token: _, ...rest } = await team.footprint();
    return rest;
  }

  it('is SESSION_TERMINATED for a terminated session, with any launchId', async ({ team, psql }) => {
    const { launch_id } = await stored(psql);
    await team.terminate(session.id);
    for (const launchId of [null, launch_id, randomUUID()]) {
      expect((await refusal(team, 'ACTIVE', { launchId })).code).toBe('SESSION_TERMINATED');
    }
  });

  it('is INVALID_INPUT for a blank launchId', async ({ team }) => {
    expect(await refusal(team, 'ACTIVE', { launchId: ' ' }, team.owner)).toMatchObject({
      issues: [{ path: 'launchId', message: 'must not be empty' }],
    });
  });

  it('is the same NOT_FOUND for an unknown session and for another organization', async ({
    team,
    createTeam,
  }) => {
    const other = await createTeam();
    const theirs = await other.spawn();
    const unseen = await refusal(team, 'ACTIVE', { sessionId: theirs.id }, team.owner);
    expect(unseen.code).toBe('NOT_FOUND');
    for (const sessionId of ['', 'garbage', globalId('Session', randomUUID())]) {
      expect(await refusal(team, 'ACTIVE', { sessionId }, team.owner), sessionId).toEqual(unseen);
    }
  });

  it('is FORBIDDEN for another agent, and for a member on the session of an agent', async ({ team }) => {
    const [robin, bob] = [await team.hire(), await team.join('MEMBER')];
    expect((await refusal(team, 'ACTIVE', {}, robin)).code).toBe('FORBIDDEN');
    expect((await refusal(team, 'ACTIVE', {}, bob)).code).toBe('FORBIDDEN');
    session = await team.spawn();
    succeeded(await report('ACTIVE', {}, bob));
    expect((await refusal(team, 'ACTIVE')).code).toBe('FORBIDDEN');
  });
});

describe('concurrent reportActivity mutations', () => {
  it('deliver the stored state as the last change', async ({ team, psql }) => {
    const states = ['ACTIVE', 'WAITING_INPUT', 'IDLE', 'BLOCKED'] as const;
    await Promise.all(
      Array.from({ length: 40 }, async (_, at) => succeeded(await report(states[at % 4] ?? 'ACTIVE'))),
    );
    const delivered = (await team.changes({ types: ['SESSION_UPDATED'] })).map(
      ({ payload }) => (payload as { row: { activityState: string } }).row.activityState,
    );
    expect(delivered.at(-1)).toBe((await stored(psql)).activity_state);
    for (const [at, state] of delivered.entries()) expect(state).not.toBe(delivered[at - 1]);
  });

  it('leave the session EXITED when one of them says so', async ({ team, psql }) => {
    await Promise.all(
      Array.from({ length: 20 }, async (_, at) => succeeded(await report(at === 5 ? 'EXITED' : 'ACTIVE'))),
    );
    expect(await stored(psql)).toMatchObject({ activity_state: 'EXITED' });
    const [last] = (await team.changes({ types: ['SESSION_UPDATED'] })).slice(-1);
    expect(last).toMatchObject({ payload: { row: { activityState: 'EXITED' } } });
  });

  it('never move activityLastAt back, since the time is taken under the lock', async ({ psql, database }) => {
    await using holder = await openPsql(database.url);
    await holder('BEGIN');
    await holder('SELECT FROM session WHERE id = $1 FOR UPDATE', [uuidOf(session.id)]);
    const reporting = report('ACTIVE');
    await expect
      .poll(async () => (await psql('SELECT FROM pg_locks WHERE NOT granted')).length)
      .toBeGreaterThan(0);
    const [meanwhile] = await holder<Stored>(
      'UPDATE session SET activity_last_at = clock_timestamp() WHERE id = $1 RETURNING activity_last_at',
      [uuidOf(session.id)],
    );
    await holder('COMMIT');
    succeeded(await reporting);
    expect((await stored(psql)).activity_last_at.getTime()).toBeGreaterThanOrEqual(
      meanwhile?.activity_last_at.getTime() ?? Number.NaN,
    );
  });

  it('and offboardAgent leave the session EXITED', async ({ team, psql }) => {
    const results = await Promise.all([
      ...Array.from({ length: 20 }, () =>
        agent.send(ReportActivity, {
          input: { sessionId: session.id, state: 'ACTIVE' },
        }),
      ),
      team.owner.query(OffboardAgent, { input: { agentId: agent.id } }).then(() => undefined),
    ]);
    for (const result of results) {
      if (result?.data)
        expect(['ReportActivityPayload', 'SessionTerminatedError', 'ForbiddenError']).toContain(
          result.data.reportActivity?.__typename,
        );
      else if (result) expect(result.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    }
    expect(await stored(psql)).toMatchObject({ activity_state: 'EXITED' });
  });
});
