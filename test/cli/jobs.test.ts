/** `muster jobs`: lists jobs, shows one, and retries one that has failed for good. */
import { once } from 'node:events';
import type { Containers } from '../support/containers.ts';
import type { TestDatabase } from '../support/database.ts';
import { until } from '../support/feed.ts';
import { agentRow, hasQueues, jobsOf, setRetries } from '../support/jobs.ts';
import { run } from '../support/process.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, test } from '../support/test.ts';

const it = test.extend('config', { scope: 'file' }, ({ containers }) => ({ runtime: containers.runtime }));
it.beforeAll(async ({ app: _, psql }) => {
  await until(() => hasQueues(psql));
});

async function jobs(database: TestDatabase, ...args: string[]) {
  const child = run(['jobs', ...args], { DATABASE_URL: database.url });
  const texts = { out: '', err: '' };
  child.stdout?.on('data', (chunk) => {
    texts.out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    texts.err += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, ...texts };
}

/** An agent whose teardown job has used all its attempts. */
async function deadTeardown(
  team: Team,
  containers: Containers,
  psql: Psql,
): Promise<{ agentId: string; jobId: string }> {
  await setRetries(psql, 'agent.teardown', 1);
  const agentId = (await team.employ()).id;
  await until(async () => (await agentRow(psql, agentId)).status === 'RUNNING');
  await containers.before('stop', 'echo "line 1"; echo "the daemon is away" >&2; exit 1');
  await team.offboard(agentId);
  await until(async () => (await jobsOf(psql, agentId)).at(-1)?.name === 'dead');
  await containers.before('stop');
  const job = (await jobsOf(psql, agentId)).find(({ name }) => name === 'agent.teardown');
  return { agentId, jobId: job?.id ?? '' };
}

const TIME = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ';

describe('muster jobs', () => {
  it('lists a job that failed for good once, under its first id, with the error', async ({
    team,
    containers,
    psql,
    database,
  }) => {
    const { jobId } = await deadTeardown(team, containers, psql);
    const { out, code } = await jobs(
      database,
      '--state',
      'failed',
      '--queue',
      'agent.teardown',
      '--limit',
      '1',
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^ID +QUEUE +STATE +ATTEMPTS +CREATED +STARTED +ENDED\n/);
    expect(out).toMatch(
      new RegExp(
        `\\n${jobId}  agent\\.teardown  failed  2/2 +${TIME}  - +${TIME}\\n    stop ended with code 1: `,
      ),
    );
    const all = (await jobs(database)).out;
    expect(all.split(jobId)).toHaveLength(2);
  });

  it('lists done jobs newest first, and recurring jobs only when their queue is named', async ({
    team,
    psql,
    database,
  }) => {
    const ids: string[] = [];
    for (let hired = 0; hired < 2; hired += 1) {
      const agentId = (await team.employ()).id;
      await until(async () => (await jobsOf(psql, agentId)).every(({ state }) => state === 'completed'));
      ids.unshift(...(await jobsOf(psql, agentId)).map(({ id }) => id));
    }
    await until(
      async () =>
        (await psql("SELECT FROM pgboss.job WHERE name = 'session.silence' AND state = 'completed'")).length >
        0,
    );
    const { out } = await jobs(database, '--state', 'done', '--limit', '2');
    const rows = out.split('\n').filter((line) => /^[0-9a-f]/.test(line));
    expect(rows.map((row) => row.split(/ {2,}/).slice(0, 4))).toEqual(
      ids.map((id) => [id, 'agent.start', 'done', '1/6']),
    );
    expect(out).toContain('    The agent is RUNNING.\n');
    expect((await jobs(database)).out).not.toContain('session.silence');
    expect((await jobs(database, '--queue', 'session.silence')).out).toMatch(
      / session\.silence +done +1\/1 /,
    );
  });

  it('lists waiting, running and retrying jobs', async ({ team, containers, psql, database }) => {
    await psql("UPDATE pgboss.queue SET retry_limit = 9, retry_delay = 600 WHERE name = 'agent.start'");
    await containers.before('start', 'exit 1');
    const failing = (await team.employ()).id;
    await until(async () => (await jobsOf(psql, failing))[0]?.state === 'retry');
    expect((await jobs(database, '--state', 'retrying')).out).toMatch(
      new RegExp(` retrying +1/10 .*\\n    again at ${TIME}: start ended with code 1\\.\\n`),
    );
    await containers.before('start', 'while [ ! -f "$dir/go" ]; do sleep 0.02; done');
    const hanging = (await team.employ()).id;
    await until(async () => (await jobsOf(psql, hanging))[0]?.state === 'active');
    expect((await jobs(database, '--state', 'running', '--queue', 'agent.start')).out).toMatch(
      new RegExp(` running +1/10 +${TIME}  ${TIME}  -\\n`),
    );
    await containers.touch('go');
    await containers.before('start');
    expect((await jobs(database, '--state', 'waiting', '--queue', 'key.expiry')).out).toBe(
      'There are no such jobs.\n',
    );
  });

  it.concurrent.for([
    [['--limit', '0'], '--limit takes a number from 1 to 1000.'],
    [['--limit', '1001'], '--limit takes a number from 1 to 1000.'],
    [
      ['--state', 'dead'],
      /argument 'dead' is invalid\. Allowed choices are waiting, retrying, running, done, failed, /,
    ],
    [['--queue', 'x'], /argument 'x' is invalid\. Allowed choices are agent\.start, agent\.teardown, /],
    [['rety'], /too many arguments/],
    [['retry', 'x'], '"x" is no id of a job. "muster jobs" lists them.'],
    [
      ['retry', '00000000-0000-7000-8000-000000000000'],
      'There is no job 00000000-0000-7000-8000-000000000000 that has failed for good.',
    ],
    [
      ['show', '00000000-0000-7000-8000-000000000000'],
      'There is no job 00000000-0000-7000-8000-000000000000.',
    ],
  ] as const)('refuses the arguments %j', async ([args, message], { database }) => {
    const { code, err, out } = await jobs(database, ...args);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/^\s+at /m);
  });
});

describe('muster jobs, for one job,', () => {
  it('shows the data, the error and the output', async ({ team, containers, psql, database }) => {
    const { agentId, jobId } = await deadTeardown(team, containers, psql);
    const { out, code } = await jobs(database, 'show', jobId);
    expect(code).toBe(0);
    expect(out).toContain(`data  {"agentId":"${uuidOf(agentId)}","containerRef":"box-${uuidOf(agentId)}"}\n`);
    expect(out).toMatch(/\nerror {2}stop ended with code 1: .*\n/);
    expect(out).toContain('line 1\n');
    expect(out).toContain('the daemon is away\n');
  });

  it('retries a job that failed for good, by its first id', async ({ team, containers, psql, database }) => {
    const { agentId, jobId } = await deadTeardown(team, containers, psql);
    expect(await jobs(database, 'retry', jobId)).toMatchObject({
      code: 0,
      out: 'It waits in agent.teardown again, with all its attempts anew.\n',
    });
    await until(async () => (await containers.state(uuidOf(agentId))) === 'gone');
    expect(await jobs(database, 'retry', jobId)).toMatchObject({ code: 1 });
  });

  it('retries a job that failed for good twice, by its first id', async ({
    team,
    containers,
    psql,
    database,
  }) => {
    const { agentId, jobId } = await deadTeardown(team, containers, psql);
    await containers.before('stop', 'exit 1');
    await jobs(database, 'retry', jobId);
    await until(async () => (await jobsOf(psql, agentId)).at(-1)?.name === 'dead');
    await containers.before('stop');
    expect(await jobs(database, 'retry', jobId)).toMatchObject({ code: 0 });
    await until(async () => (await containers.state(uuidOf(agentId))) === 'gone');
  });
});
