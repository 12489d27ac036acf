/**
 * A serving process is killed at any moment. After a restart, an act has happened completely or not at all, and each
 * container was started and removed once, according to the log of the runtime's program.
 */
import { describe, it } from 'vitest';
import { hashSecret } from '../../src/auth/secret.ts';
import { type Containers, makeContainers } from '../support/containers.ts';
import { createDatabase } from '../support/database.ts';
import { until } from '../support/feed.ts';
import { agentRow, hasQueues, jobsOf } from '../support/jobs.ts';
import { type MusterProcess, startServer } from '../support/process.ts';
import { openPsql, type Psql, uuidOf } from '../support/psql.ts';
import { createTeamAt, type Team } from '../support/team.ts';

type Stage = AsyncDisposable & {
  psql: Psql;
  containers: Containers;
  team: Team;
  server: MusterProcess;
  serve(options?: string[]): Promise<MusterProcess>;
};

async function openStage(): Promise<Stage> {
  const toClose: (() => Promise<unknown>)[] = [];
  const database = await createDatabase();
  toClose.push(database.drop);
  const containers = await makeContainers();
  toClose.push(containers.close);
  const psql = await openPsql(database.url);
  toClose.push(psql.close);
  const serve = async (more: string[] = []): Promise<MusterProcess> => {
    const server = await startServer({ DATABASE_URL: database.url, ...containers.env }, more);
    toClose.push(() => server.stop());
    return server;
  };
  const server = await serve();
  await until(() => hasQueues(psql));
  const team = await createTeamAt(server.url, database.url);
  return {
    psql,
    containers,
    team,
    server,
    serve,
    async [Symbol.asyncDispose]() {
      for (const close of toClose.toReversed()) await close();
    },
  };
}

const WAIT = 'while [ ! -f "$dir/go" ]; do sleep 0.05; done';

async function isRunning({ psql }: Stage, agentId: string): Promise<boolean> {
  return (await agentRow(psql, agentId)).status === 'RUNNING';
}

async function areDone({ psql }: Stage, agentId: string): Promise<boolean> {
  return (await jobsOf(psql, agentId)).every(({ state }) => state === 'completed');
}

/** What the program did. It may have been called twice. */
async function deeds({ containers }: Stage, agentId: string): Promise<string[]> {
  return (await containers.log(uuidOf(agentId))).filter((line) => line.endsWith('done'));
}

it.concurrent('a server killed repeatedly while containers start and stop does each exactly once', async ({
  expect,
}) => {
  await using stage = await openStage();
  const { containers, psql } = stage;
  const agents = new Map<string, string>();
  for (const verb of ['start', 'stop', 'remove'] as const) {
    for (const moment of ['before', 'after'] as const) {
      const point = `${moment} ${verb}`;
      const team = stage.team.at(stage.server.url);
      const wait = () => containers[moment](verb, `while [ ! -f "$dir/go ${point}" ]; do sleep 0.05; done`);
      if (verb === 'start') await wait();
      const agentId = (await team.employ()).id;
      agents.set(point, agentId);
      if (verb !== 'start') {
        await until(() => isRunning(stage, agentId));
        await wait();
        await team.offboard(agentId);
      }
      const sign = `${verb} ${moment === 'before' ? 'called' : 'done'}`;
      await until(async () => (await containers.log(uuidOf(agentId))).includes(sign));
      await stage.server.stop('SIGKILL');
      // The program survives the server and continues.
      await containers.touch(`go ${point}`);
      await containers[moment](verb);
      stage.server = await stage.serve();
    }
  }
  for (const [point, agentId] of agents) {
    await until(() => areDone(stage, agentId));
    // The retry comes only after the killed worker's heartbeat timeout.
    expect((await jobsOf(psql, agentId)).at(-1)?.retry_count).toBeGreaterThan(0);
    if (point.endsWith('start')) {
      expect(await agentRow(psql, agentId)).toMatchObject({ status: 'RUNNING' });
      expect(await containers.state(uuidOf(agentId))).toBe('running');
      const { token } = await containers.input('start', uuidOf(agentId));
      const tokens = await psql<{ hash: string }>(
        'SELECT hash FROM token WHERE agent_id = $1 AND revoked_at IS NULL',
        [uuidOf(agentId)],
      );
      expect(tokens).toEqual([{ hash: hashSecret(String(token)) }]);
    } else {
      expect(await agentRow(psql, agentId)).toMatchObject({ status: 'STOPPED', container_ref: null });
      expect(await containers.state(uuidOf(agentId))).toBe('gone');
      expect(await deeds(stage, agentId)).toEqual(['start done', 'stop done', 'remove done']);
    }
  }
});

describe('a server killed while an agent is offboarded', () => {
  it.concurrent('has done nothing before the commit', async ({ expect }) => {
    await using stage = await openStage();
    const { containers, team, server, psql } = stage;
    const agentId = (await team.employ()).id;
    await until(() => isRunning(stage, agentId));
    // The transaction waits here, with the agent and its job already written.
    const [session] = await psql<{ id: string }>(
      `WITH p AS (
         INSERT INTO project (organization_id, slug, name) SELECT organization_id, 'p', 'p' FROM agent WHERE id = $1
         RETURNING id, organization_id
       )
       INSERT INTO session (organization_id, project_id, agent_id) SELECT organization_id, id, $1 FROM p RETURNING id`,
      [uuidOf(agentId)],
    );
    await psql('BEGIN');
    await psql('SELECT FROM session WHERE id = $1 FOR UPDATE', [session?.id]);
    const offboarding = team.offboard(agentId).catch(() => 'cut off');
    await until(async () => (await psql('SELECT FROM pg_locks WHERE NOT granted')).length > 0);
    await server.stop('SIGKILL');
    expect(await offboarding).toBe('cut off');
    await psql('COMMIT');
    await until(
      async () =>
        (
          await psql(
            `SELECT FROM pg_stat_activity
              WHERE datname = current_database() AND application_name = 'muster' AND state <> 'idle'`,
          )
        ).length === 0,
    );
    expect(await agentRow(psql, agentId)).toMatchObject({ status: 'RUNNING' });
    expect(await jobsOf(psql, agentId)).toMatchObject([{ name: 'agent.start', state: 'completed' }]);
    expect(await deeds(stage, agentId)).toEqual(['start done']);

    await team.at((await stage.serve()).url).offboard(agentId);
    await until(async () => (await containers.state(uuidOf(agentId))) === 'gone');
    await until(() => areDone(stage, agentId));
    expect(await deeds(stage, agentId)).toEqual(['start done', 'stop done', 'remove done']);
  });

  it.concurrent('has everything done after the commit', async ({ expect }) => {
    await using stage = await openStage();
    const { containers, team, server, psql } = stage;
    const agentId = (await team.employ()).id;
    await until(() => isRunning(stage, agentId));
    const committing = await stage.serve(['--no-jobs']);
    await server.stop('SIGKILL');
    await team.at(committing.url).offboard(agentId);
    await committing.stop('SIGKILL');
    expect(await agentRow(psql, agentId)).toMatchObject({ status: 'STOPPED', container_ref: null });
    expect(await containers.state(uuidOf(agentId))).toBe('running');

    await stage.serve();
    await until(() => areDone(stage, agentId));
    expect(await deeds(stage, agentId)).toEqual(['start done', 'stop done', 'remove done']);
    const types = await psql<{ type: string }>(
      "SELECT type FROM change_log WHERE type = 'AGENT_OFFBOARDED' UNION ALL SELECT type FROM change_outbox WHERE type = 'AGENT_OFFBOARDED'",
    );
    expect(types).toHaveLength(1);
  });
});

it.concurrent('a container whose server is killed during its start is removed when the agent is offboarded', async ({
  expect,
}) => {
  await using stage = await openStage();
  const { containers, team, server, psql } = stage;
  await containers.after('start', WAIT);
  const agentId = (await team.employ()).id;
  await until(async () => (await containers.log(uuidOf(agentId))).includes('start done'));
  await server.stop('SIGKILL');
  await containers.touch('go');
  const committing = await stage.serve(['--no-jobs']);
  await team.at(committing.url).offboard(agentId);
  expect((await jobsOf(psql, agentId)).map(({ name }) => name)).toEqual(['agent.start']);

  await stage.serve();
  await until(async () => (await containers.state(uuidOf(agentId))) === 'gone');
  await until(() => areDone(stage, agentId));
  expect(await deeds(stage, agentId)).toEqual(['start done', 'stop done', 'remove done']);
  expect((await containers.input('stop', uuidOf(agentId))).containerRef).toBeNull();
});
