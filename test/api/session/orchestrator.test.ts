/** A project has at most one live orchestrator. */
import { graphql } from '../../graphql/gql.ts';
import type { SpawnSessionInput } from '../../graphql/graphql.ts';
import { ReportActivity, RestoreSession, SpawnSession } from '../../support/mutations.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import { openPsql, outcome, type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const CanRestore = graphql(`
  query CanRestore($id: ID!) {
    node(id: $id) {
      ... on Session {
        viewerCanRestore
      }
    }
  }
`);

async function spawn(team: Team, more: Partial<SpawnSessionInput> = {}) {
  const input = { projectId: team.project.id, kind: 'ORCHESTRATOR' as const, ...more };
  return (await team.owner.query(SpawnSession, { input })).spawnSession;
}

const restore = async (team: Team, sessionId: string) =>
  (await team.owner.query(RestoreSession, { input: { sessionId } })).restoreSession;

const start = async (team: Team) => succeeded(await spawn(team)).session;

async function canRestore(team: Team, id: string) {
  const { node } = await team.owner.query(CanRestore, { id });
  return node && 'viewerCanRestore' in node ? node.viewerCanRestore : node;
}

const tenTimes = <Result>(act: () => Promise<Result>) => Promise.all(Array.from({ length: 10 }, act));

/** The answer of an act that must write nothing. */
async function withoutWriting<Result>(team: Team, act: () => Promise<Result>): Promise<Result> {
  const before = await team.footprint();
  const result = await act();
  expect(await team.footprint()).toEqual(before);
  return result;
}

describe('a second orchestrator of a project', () => {
  it('is ORCHESTRATOR_RUNNING with the live one, and writes nothing', async ({ team }) => {
    const live = await start(team);
    expect(refused(await withoutWriting(team, () => spawn(team)))).toMatchObject({
      code: 'ORCHESTRATOR_RUNNING',
      message: expect.stringContaining(live.name),
      session: { id: live.id },
    });
  });

  it('is ORCHESTRATOR_RUNNING also when the process of the live one has EXITED', async ({ team }) => {
    const live = await start(team);
    await team.owner.query(ReportActivity, { input: { sessionId: live.id, state: 'EXITED' } });
    expect(refused(await spawn(team)).code).toBe('ORCHESTRATOR_RUNNING');
  });

  it('is spawned once the first one is terminated', async ({ team }) => {
    await team.terminate((await start(team)).id);
    succeeded(await spawn(team));
  });

  it('does not concern other projects, or workers', async ({ team }) => {
    await start(team);
    const other = await team.register({ slug: 'lander' });
    succeeded(await spawn(team, { projectId: other.id }));
    succeeded(await spawn(team, { kind: 'WORKER' }));
  });

  it('is refused after the agent, and after a claim that no orchestrator may make', async ({ team }) => {
    await start(team);
    const agent = await team.employ();
    await team.offboard(agent.id);
    expect(refused(await spawn(team, { agentId: agent.id })).code).toBe('AGENT_NOT_RUNNING');
    team.onGitHub(7);
    expect(refused(await spawn(team, { claimPR: { pr: '7' } }))).toMatchObject({
      code: 'SPAWN_ROLLED_BACK',
      cause: { code: 'SESSION_NOT_CLAIMABLE' },
    });
  });
});

describe('spawnSession with reuse', () => {
  it('returns the live orchestrator and writes nothing', async ({ team }) => {
    const live = await start(team);
    const again = await withoutWriting(team, () => spawn(team, { reuse: true, displayName: 'Ada' }));
    expect(succeeded(again)).toMatchObject({ reused: true, session: live, pullRequest: null });
  });

  it('spawns one when there is none', async ({ team }) => {
    const { reused, session, requestId } = succeeded(await spawn(team, { reuse: true }));
    expect(reused).toBe(false);
    expect(await team.changes({ requestId })).toMatchObject([
      { type: 'SESSION_CREATED', entityId: session.id },
    ]);
  });

  it('is INVALID_INPUT for a worker', async ({ team }) => {
    const error = refused(await withoutWriting(team, () => spawn(team, { kind: 'WORKER', reuse: true })));
    expect(error).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'reuse' }] });
  });

  it('returns the first result under the same idempotencyKey', async ({ team }) => {
    const first = succeeded(await spawn(team, { reuse: true, idempotencyKey: 'k' }));
    const again = succeeded(await spawn(team, { reuse: true, idempotencyKey: 'k' }));
    expect(again).toEqual(first);
    expect(first.reused).toBe(false);
  });
});

describe('ten concurrent orchestrators of a project', () => {
  it('are one, and nine ORCHESTRATOR_RUNNING that name it', async ({ team }) => {
    const results = await tenTimes(() => spawn(team));
    const [spawned, ...others] = results.filter((result) => hasSucceeded(result));
    expect(others).toEqual([]);
    for (const result of results) {
      if (hasSucceeded(result)) continue;
      expect(result).toMatchObject({
        code: 'ORCHESTRATOR_RUNNING',
        session: { id: spawned && succeeded(spawned).session.id },
      });
    }
  });

  it('are one session with reuse', async ({ team }) => {
    const results = (await tenTimes(() => spawn(team, { reuse: true }))).map((result) => succeeded(result));
    expect(new Set(results.map(({ session }) => session.id)).size).toBe(1);
    expect(results.filter(({ reused }) => !reused)).toHaveLength(1);
    expect(results.every(({ session }) => session.num === 1)).toBe(true);
  });
});

describe('restoreSession of an orchestrator', () => {
  it('is ORCHESTRATOR_RUNNING while the project has a live one', async ({ team }) => {
    const former = await start(team);
    await team.terminate(former.id);
    expect(await canRestore(team, former.id)).toBe(true);
    const live = await start(team);
    expect(await canRestore(team, former.id)).toBe(false);
    expect(refused(await withoutWriting(team, () => restore(team, former.id)))).toMatchObject({
      code: 'ORCHESTRATOR_RUNNING',
      session: { id: live.id },
    });
    await team.terminate(live.id);
    succeeded(await restore(team, former.id));
  });

  it('and a concurrent spawn leave one live', async ({ team, psql }) => {
    const former = await start(team);
    await team.terminate(former.id);
    const results = await Promise.all([restore(team, former.id), spawn(team), restore(team, former.id)]);
    const live = await psql<{ id: string }>(
      'SELECT id FROM session WHERE organization_id = $1 AND NOT is_terminated',
      [uuidOf(team.id)],
    );
    expect(live).toHaveLength(1);
    for (const result of results) {
      if (hasSucceeded(result)) continue;
      expect(['ORCHESTRATOR_RUNNING', 'SESSION_NOT_RESTORABLE']).toContain(refused(result).code);
    }
  });

  it('does not concern workers', async ({ team }) => {
    const worker = await team.spawn();
    await team.terminate(worker.id);
    await start(team);
    expect(await canRestore(team, worker.id)).toBe(true);
    succeeded(await restore(team, worker.id));
  });
});

describe('another program', () => {
  it('cannot make a second session a live orchestrator', async ({ team, psql }) => {
    await start(team);
    const worker = await team.spawn();
    const statement = `UPDATE session SET kind = 'ORCHESTRATOR' WHERE id = $1`;
    expect(await outcome(psql, statement, [uuidOf(worker.id)])).toBe('session_orchestrator_key');
  });

  /** Runs an act while another program makes a worker the orchestrator of the project, and then commits. */
  async function meanwhile<Result>(
    url: string,
    psql: Psql,
    worker: { id: string },
    act: () => Promise<Result>,
  ) {
    await using holder = await openPsql(url);
    await holder('BEGIN');
    await holder(`UPDATE session SET kind = 'ORCHESTRATOR' WHERE id = $1`, [uuidOf(worker.id)]);
    const acting = act();
    await expect
      .poll(async () => (await psql('SELECT FROM pg_locks WHERE NOT granted')).length)
      .toBeGreaterThan(0);
    await holder('COMMIT');
    return await acting;
  }

  it('that is faster makes a spawn ORCHESTRATOR_RUNNING', async ({ team, psql, database }) => {
    const worker = await team.spawn();
    const result = await meanwhile(database.url, psql, worker, () => spawn(team));
    expect(refused(result)).toMatchObject({ code: 'ORCHESTRATOR_RUNNING', session: { id: worker.id } });
  });

  it('that is faster is found by a spawn with reuse', async ({ team, psql, database }) => {
    const worker = await team.spawn();
    const result = await meanwhile(database.url, psql, worker, () => spawn(team, { reuse: true }));
    expect(succeeded(result)).toMatchObject({ reused: true, session: { id: worker.id } });
  });

  it('that is faster makes a restore ORCHESTRATOR_RUNNING', async ({ team, psql, database }) => {
    const former = await start(team);
    await team.terminate(former.id);
    const worker = await team.spawn();
    const result = await meanwhile(database.url, psql, worker, () => restore(team, former.id));
    expect(refused(result)).toMatchObject({ code: 'ORCHESTRATOR_RUNNING', session: { id: worker.id } });
  });
});
