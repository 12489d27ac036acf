/** Workers keep working through failures of the database and in any number of processes. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startApp } from '../../src/app.ts';
import { migrate } from '../../src/migrations/migrations.ts';
import { createLogger } from '../../src/observe/log.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { type Containers, makeContainers } from '../support/containers.ts';
import { createDatabase } from '../support/database.ts';
import { until } from '../support/feed.ts';
import { agentRow, hasQueues, jobsOf, setRetries } from '../support/jobs.ts';
import { type MusterProcess, startServer } from '../support/process.ts';
import { openPsql, type Psql, uuidOf } from '../support/psql.ts';
import { createTeamAt } from '../support/team.ts';

let containers: Containers;
const toClose: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  containers = await makeContainers();
  toClose.push(containers.close);
});
afterEach(async () => {
  for (const close of toClose.splice(0).toReversed()) await close();
});

async function database(): Promise<string> {
  const { url, drop } = await createDatabase();
  toClose.push(drop);
  return url;
}

async function psqlOf(url: string): Promise<Psql> {
  const psql = await openPsql(url);
  toClose.push(psql.close);
  return psql;
}

async function appOn(databaseUrl: string, config: Parameters<typeof startTestApp>[0] = {}): Promise<TestApp> {
  const app = await startTestApp({ databaseUrl, runtime: containers.runtime, ...config });
  toClose.push(app.close);
  return app;
}

async function serverOn(DATABASE_URL: string, options: string[] = []): Promise<MusterProcess> {
  const server = await startServer({ DATABASE_URL, ...containers.env }, options);
  toClose.push(server.stop);
  return server;
}

const isRunning = async (psql: Psql, agentId: string) => (await agentRow(psql, agentId)).status === 'RUNNING';

it('workers start once the migrations are applied', async () => {
  const url = await database();
  const psql = await psqlOf(url);
  await psql('DROP SCHEMA pgboss CASCADE');
  await psql("DELETE FROM _prisma_migrations WHERE migration_name = '20261125100000_jobs'");
  const app = await appOn(url);
  const team = await createTeamAt(app.url, url);
  await expect(team.employ()).rejects.toThrow('INTERNAL');
  await migrate(url);
  await until(() => hasQueues(psql));
  const { id: agentId } = await team.employ();
  await until(() => isRunning(psql, agentId));
});

it('workers continue after broken connections and an unreadable queue', async () => {
  const url = await database();
  const app = await appOn(url);
  const psql = await psqlOf(url);
  await until(() => hasQueues(psql));
  const team = await createTeamAt(app.url, url);
  await psql('ALTER SCHEMA pgboss RENAME TO away');
  await psql(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'muster jobs'",
  );
  await expect(team.employ()).rejects.toThrow('INTERNAL');
  await psql('ALTER SCHEMA away RENAME TO pgboss');
  const { id: agentId } = await team.employ();
  await until(() => isRunning(psql, agentId));
});

it('workers leave jobs to other processes with --no-jobs or without a runtime', async () => {
  const url = await database();
  const psql = await psqlOf(url);
  const idle = await appOn(url, { jobs: false });
  await appOn(url, { runtime: { kind: 'none' } });
  const team = await createTeamAt(idle.url, url);
  const [kept, gone] = [(await team.employ()).id, (await team.employ()).id];
  await team.offboard(gone);
  await until(async () => (await psql("SELECT FROM pgboss.job WHERE name = 'session.silence'")).length > 0);
  expect((await jobsOf(psql, kept)).map(({ state }) => state)).toEqual(['created']);

  await appOn(url);
  await until(() => isRunning(psql, kept));
  // No worker had started the other agent's job.
  await until(async () => (await jobsOf(psql, gone)).every(({ state }) => state === 'completed'));
  expect((await jobsOf(psql, gone)).map(({ name }) => name)).toEqual(['agent.start']);
  expect(await containers.log(uuidOf(gone))).toEqual([]);
});

it('several processes run each recurring job once per interval', async () => {
  const url = await database();
  const psql = await psqlOf(url);
  const everySeconds = { 'session.silence': 1, 'agent.reconcile': 1 };
  await Promise.all(Array.from({ length: 3 }, () => appOn(url, { tuning: { everySeconds } })));
  const done = () =>
    psql<{ name: string; slots: number; jobs: number; states: string[] }>(
      `SELECT name, count(DISTINCT singleton_on)::int AS slots, count(*)::int AS jobs, array_agg(DISTINCT state::text) AS states
         FROM pgboss.job WHERE state = 'completed' GROUP BY name ORDER BY name`,
    );
  await until(async () => (await done()).filter(({ slots }) => slots >= 3).length === 2);
  for (const { slots, jobs } of await done()) expect(jobs).toBe(slots);
  expect(await psql("SELECT FROM pgboss.job WHERE state IN ('failed', 'retry')")).toEqual([]);
});

it('workers log every failed attempt with its job id and without the token', async () => {
  const url = await database();
  const psql = await psqlOf(url);
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({
    level: 'info',
    destination: { write: (line) => lines.push(JSON.parse(line)) },
  });
  const app = await startApp(
    {
      databaseUrl: url,
      host: '127.0.0.1',
      port: 0,
      scm: 'demo',
      github: { apiUrl: 'https://api.github.invalid' },
      runtime: containers.runtime,
    },
    log,
  );
  toClose.push(app.close);
  await app.ready();
  await until(() => hasQueues(psql));
  await setRetries(psql, 'agent.start', 1);
  await containers.before('start', 'echo "$input"; echo "no room" >&2; exit 1');
  const { id: agentId } = await (await createTeamAt(app.url, url)).employ();
  await until(async () => (await agentRow(psql, agentId)).status === 'ERROR');
  await until(async () => (await jobsOf(psql, agentId)).some(({ name }) => name === 'dead'));
  const [job] = await jobsOf(psql, agentId);
  const logged = lines.filter(({ jobId }) => jobId === job?.id);
  expect(logged.map(({ msg, queue, attempt, isLast }) => [msg, queue, attempt, isLast])).toEqual([
    ['jobs: an attempt failed', 'agent.start', 1, false],
    ['jobs: an attempt failed', 'agent.start', 2, true],
  ]);
  expect(logged[0]?.err).toMatchObject({
    message: expect.stringMatching(/^start ended with code 1: /),
    output: expect.stringContaining('no room'),
  });
  expect(JSON.stringify(logged)).not.toMatch(/mst_\w{20}/);
});

it('workers finish running jobs when they stop', async () => {
  const url = await database();
  const psql = await psqlOf(url);
  const app = await appOn(url);
  await containers.before('start', 'while [ ! -f "$dir/go" ]; do sleep 0.02; done');
  const { id: agentId } = await (await createTeamAt(app.url, url)).employ();
  await until(async () => (await containers.log(uuidOf(agentId))).length > 0);
  toClose.splice(toClose.indexOf(app.close), 1);
  const closing = app.close();
  await containers.touch('go');
  await closing;
  expect(await agentRow(psql, agentId)).toMatchObject({ status: 'RUNNING' });
  expect(await jobsOf(psql, agentId)).toMatchObject([{ state: 'completed' }]);
});

it('workers return unfinished jobs to the queue at the deadline, and stop', async () => {
  const url = await database();
  const psql = await psqlOf(url);
  const server = await serverOn(url);
  await containers.before('start', 'while [ ! -f "$dir/go" ]; do sleep 0.02; done');
  const { id: agentId } = await (await createTeamAt(server.url, url)).employ();
  await until(async () => (await containers.log(uuidOf(agentId))).length > 0);
  await server.stop('SIGTERM');
  expect([server.process.exitCode, server.process.signalCode]).toEqual([0, null]);
  expect(await agentRow(psql, agentId)).toMatchObject({ status: 'PENDING' });
  expect(await jobsOf(psql, agentId)).toMatchObject([{ state: 'retry' }]);

  await containers.touch('go');
  await serverOn(url);
  await until(() => isRunning(psql, agentId));
  expect(await containers.log(uuidOf(agentId))).toEqual(['start called', 'start called', 'start done']);
});
