/** The life of agents' containers, from hiring to offboarding, and its changes in the feed. */
import pino from 'pino';
import { hashSecret } from '../../src/auth/secret.ts';
import { createBoss } from '../../src/jobs/boss.ts';
import { retryDeadLetter } from '../../src/jobs/deadLetter.ts';
import { globalId } from '../../src/value/globalId.ts';
import { graphql } from '../graphql/gql.ts';
import type { Containers } from '../support/containers.ts';
import { until } from '../support/feed.ts';
import { agentRow, hasQueues, jobsOf, setRetries } from '../support/jobs.ts';
import { HireAgent, OffboardAgent, WatchRepo } from '../support/mutations.ts';
import { succeeded } from '../support/outcome.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, test } from '../support/test.ts';

const WhoAmI = graphql(`
  query WhoAmI {
    viewer {
      kind
      agent {
        id
      }
    }
  }
`);

const it = test.extend('config', { scope: 'file' }, ({ containers }) => ({
  tuning: { everySeconds: { 'agent.reconcile': 1 } },
  runtime: containers.runtime,
}));
it.beforeAll(async ({ app: _, psql }) => {
  await until(() => hasQueues(psql));
});

async function hire(team: Team): Promise<{ id: string; status: string }> {
  const { hireAgent } = await team.owner.query(HireAgent, {
    input: { organizationId: team.id, name: 'Robin', role: 'reviewer', config: { image: 'x' } },
  });
  return succeeded(hireAgent).agent;
}

async function offboard(team: Team, agentId: string) {
  const { offboardAgent } = await team.owner.query(OffboardAgent, { input: { agentId } });
  return succeeded(offboardAgent);
}

const row = (psql: Psql, agentId: string) => agentRow(psql, agentId);
const jobs = (psql: Psql, agentId: string) => jobsOf(psql, agentId);
const log = (containers: Containers, agentId: string) => containers.log(uuidOf(agentId));
/** The program's calls, without `inspect`. */
const deeds = async (containers: Containers, agentId: string) =>
  (await log(containers, agentId)).filter((line) => !line.startsWith('inspect'));
const isRunning = async (psql: Psql, agentId: string) => (await row(psql, agentId)).status === 'RUNNING';
const isDone = async (psql: Psql, agentId: string) =>
  (await jobs(psql, agentId)).every(({ state, name }) => state === 'completed' || name === 'dead');

async function tokensOf(psql: Psql, agentId: string) {
  return await psql<{ label: string; hash: string; is_good: boolean }>(
    'SELECT label, hash, revoked_at IS NULL AS is_good FROM token WHERE agent_id = $1 ORDER BY created_at',
    [uuidOf(agentId)],
  );
}

describe('a hired agent', () => {
  it('is PENDING until its container has started, then RUNNING, by the system', async ({
    team,
    containers,
    psql,
  }) => {
    const agent = await hire(team);
    expect(agent.status).toBe('PENDING');
    await until(() => isRunning(psql, agent.id));
    expect(await row(psql, agent.id)).toMatchObject({
      container_ref: `box-${uuidOf(agent.id)}`,
      failure: null,
    });
    expect(await deeds(containers, agent.id)).toEqual(['start called', 'start done']);

    const changes = await team.changes({ types: ['AGENT_CREATED', 'AGENT_UPDATED'] });
    expect(changes.map(({ type, actor, requestId }) => [type, actor, requestId === null])).toEqual([
      ['AGENT_CREATED', expect.objectContaining({ kind: 'USER' }), false],
      ['AGENT_UPDATED', { kind: 'SYSTEM', name: 'agent.start' }, true],
    ]);
    expect(changes[1]?.payload).toMatchObject({ changed: ['status'], row: { status: 'RUNNING' } });
  });

  it('acts with the token that its container was started with, which is stored nowhere', async ({
    team,
    containers,
    psql,
    app,
  }) => {
    const { id } = await hire(team);
    await until(() => isRunning(psql, id));
    await until(() => isDone(psql, id));
    const { token, ...input } = await containers.input('start', uuidOf(id));
    expect(input).toEqual({
      id: uuidOf(id),
      organizationId: uuidOf(team.id),
      name: 'Robin',
      role: 'reviewer',
      config: { image: 'x' },
      workspace: null,
      url: app.url,
    });
    const { viewer } = await app.client(String(token)).query(WhoAmI);
    expect(viewer).toEqual({ kind: 'AGENT', agent: { id } });
    expect(await tokensOf(psql, id)).toEqual([
      { label: 'runtime', hash: hashSecret(String(token)), is_good: true },
    ]);
    const [job] = await jobs(psql, id);
    expect(job).toMatchObject({ name: 'agent.start', state: 'completed', data: { agentId: uuidOf(id) } });
    expect(job?.output?.output).toMatch(/^starting it\n/);
    const stored = await psql<{ text: string }>('SELECT j::text AS text FROM pgboss.job j');
    expect(stored.filter(({ text }) => text.includes(String(token)))).toEqual([]);
    expect((await team.structureEvents('TOKEN_CREATED')).at(-1)).toMatchObject({
      actor: { kind: 'SYSTEM', name: 'agent.start' },
      payload: { label: 'runtime' },
    });
  });

  it('gets its container and one valid token when the first start fails', async ({
    team,
    containers,
    psql,
  }) => {
    await setRetries(psql, 'agent.start', 5);
    const marker = `[ -f "$dir/tried-twice-$id" ]`;
    await containers.before(
      'start',
      `${marker} || { [ -f "$dir/tried-$id" ] && : > "$dir/tried-twice-$id"; : > "$dir/tried-$id"; echo "no room"; exit 1; }`,
    );
    const { id } = await hire(team);
    await until(() => isRunning(psql, id));
    await containers.before('start');
    expect(await deeds(containers, id)).toEqual([
      'start called',
      'start called',
      'start called',
      'start done',
    ]);
    const tokens = await tokensOf(psql, id);
    expect(tokens.map(({ is_good }) => is_good)).toEqual([false, false, true]);
    const { token } = await containers.input('start', uuidOf(id));
    expect(tokens[2]?.hash).toBe(hashSecret(String(token)));
    expect((await team.structureEvents('TOKEN_REVOKED')).length).toBe(2);
  });

  it('is in ERROR when its container does not start, and the leftovers are removed', async ({
    team,
    containers,
    psql,
  }) => {
    await setRetries(psql, 'agent.start', 1);
    await containers.after('start', 'echo "out of memory" >&2; exit 1');
    const { id } = await hire(team);
    await until(async () => (await row(psql, id)).status === 'ERROR');
    await containers.after('start');
    expect(await row(psql, id)).toEqual({
      status: 'ERROR',
      container_ref: null,
      failure: 'The container did not start: start ended with code 1: out of memory',
    });
    await until(async () => (await containers.state(uuidOf(id))) === 'gone');
    expect((await tokensOf(psql, id)).map(({ is_good }) => is_good)).toEqual([false, false]);
    expect(await team.structureEvents('AGENT_FAILED')).toMatchObject([
      {
        actor: { kind: 'SYSTEM', name: 'agent.start' },
        subjectId: id,
        payload: { failure: expect.stringContaining('out of memory'), revokedTokens: 1 },
      },
    ]);
    const dead = (await jobs(psql, id)).at(-1);
    expect(dead).toMatchObject({ name: 'dead', state: 'created' });
    expect(dead?.output).toMatchObject({
      message: 'start ended with code 1: out of memory',
      output: expect.stringContaining('starting it'),
    });
    expect((await containers.input('stop', uuidOf(id))).containerRef).toBeNull();
  });

  it('in ERROR has its leftovers removed when its start is retried', async ({
    team,
    containers,
    psql,
    app,
  }) => {
    await setRetries(psql, 'agent.start', 0);
    await containers.before('start', 'exit 1');
    const { id } = await hire(team);
    await until(async () => (await jobs(psql, id)).some(({ name }) => name === 'dead'));
    await until(async () => (await deeds(containers, id)).includes('remove called'));
    await containers.before('start');
    const { db } = app.app;
    const letter = (await jobs(psql, id)).find(({ name }) => name === 'dead');
    const boss = createBoss(db, pino({ level: 'silent' }));
    expect(await retryDeadLetter(db.jobPool, boss, letter?.id ?? '')).toBe('agent.start');
    await until(
      async () => (await jobs(psql, id)).filter(({ name }) => name === 'agent.teardown').length === 2,
    );
    await until(async () =>
      (await jobs(psql, id)).every(({ state }) => state === 'completed' || state === 'failed'),
    );
    expect(await row(psql, id)).toMatchObject({ status: 'ERROR', container_ref: null });
    expect((await log(containers, id)).filter((line) => line === 'start called')).toHaveLength(1);
  });
});

describe('an offboarded agent', () => {
  it('is STOPPED at once, and its container is stopped with its grace period, then removed', async ({
    team,
    containers,
    psql,
  }) => {
    const { id } = await hire(team);
    await until(() => isRunning(psql, id));
    expect((await offboard(team, id)).agent.status).toBe('STOPPED');
    await until(async () => (await containers.state(uuidOf(id))) === 'gone');
    await until(() => isDone(psql, id));
    expect(await deeds(containers, id)).toEqual([
      'start called',
      'start done',
      'stop called',
      'stop done',
      'remove called',
      'remove done',
    ]);
    expect(await containers.input('stop', uuidOf(id))).toMatchObject({
      containerRef: `box-${uuidOf(id)}`,
      stopGraceSeconds: 10,
    });
    await offboard(team, id);
    expect((await jobs(psql, id)).map(({ name }) => name)).toEqual(['agent.start', 'agent.teardown']);
  });

  it('has its container removed once it has started, when it is offboarded during the start', async ({
    team,
    containers,
    psql,
  }) => {
    await containers.before('start', 'while [ ! -f "$dir/go-$id" ]; do sleep 0.02; done');
    const { id } = await hire(team);
    await until(async () => (await log(containers, id)).includes('start called'));
    expect((await offboard(team, id)).agent.status).toBe('STOPPED');
    await containers.before('start');
    await containers.touch(`go-${uuidOf(id)}`);
    await until(async () => (await deeds(containers, id)).includes('remove done'));
    await until(() => isDone(psql, id));
    expect((await jobs(psql, id))[0]?.output).toMatchObject({
      outcome: 'The agent is STOPPED: the container is removed again.',
    });
    expect(await row(psql, id)).toMatchObject({ status: 'STOPPED', container_ref: null });
  });

  it('has its container removed when the first stop fails', async ({ team, containers, psql }) => {
    await setRetries(psql, 'agent.teardown', 5);
    const { id } = await hire(team);
    await until(() => isRunning(psql, id));
    await containers.before('remove', '[ -f "$dir/again-$id" ] || { : > "$dir/again-$id"; exit 1; }');
    await offboard(team, id);
    await until(async () => (await deeds(containers, id)).includes('remove done'));
    await containers.before('remove');
    const called = (await deeds(containers, id)).filter((line) => line.endsWith('done'));
    expect(called).toEqual(['start done', 'stop done', 'remove done']);
  });

  it('needs no removal when its container is gone already', async ({ team, containers, psql }) => {
    const { id } = await hire(team);
    await until(() => isRunning(psql, id));
    await containers.vanish(uuidOf(id));
    await offboard(team, id);
    await until(() => isDone(psql, id));
    expect((await jobs(psql, id)).at(-1)).toMatchObject({ name: 'agent.teardown', state: 'completed' });
  });
});

describe('an agent that another program ends', () => {
  it.for([
    ['STOPPED', 'offboarded_at = now()'],
    ['ERROR', `failure = 'Ended by hand.'`],
  ] as const)(
    'by setting %s has its container removed once, by one job',
    async ([status, more], { team, containers, psql }) => {
      const { id } = await hire(team);
      await until(() => isRunning(psql, id));
      await psql(`UPDATE agent SET status = $2::agent_status, container_ref = NULL, ${more} WHERE id = $1`, [
        uuidOf(id),
        status,
      ]);
      await until(() => isDone(psql, id));
      expect(await containers.state(uuidOf(id))).toBe('gone');
      await offboard(team, id);
      expect((await jobs(psql, id)).map(({ name, data }) => [name, data.containerRef])).toEqual([
        ['agent.start', undefined],
        ['agent.teardown', `box-${uuidOf(id)}`],
      ]);
    },
  );
});

describe('a container that ends by itself', () => {
  it.for([
    ['has exited', 'exit', 'The container has exited.'],
    ['is gone', 'vanish', 'The container is gone.'],
  ] as const)(
    'and %s puts its agent in ERROR, which holds nothing any more',
    async ([_, end, failure], { team, containers, psql }) => {
      const { id } = await hire(team);
      await until(() => isRunning(psql, id));
      const { watchRepo } = await team.owner.query(WatchRepo, {
        input: { agentId: id, repo: `${team.slug}/x` },
      });
      succeeded(watchRepo);
      const [session] = await psql<{ id: string }>(
        'INSERT INTO session (organization_id, project_id, agent_id) VALUES ($1, $2, $3) RETURNING id',
        [team.id, team.project.id, id].map(uuidOf),
      );
      await containers[end](uuidOf(id));
      await until(async () => (await row(psql, id)).status === 'ERROR');
      expect(await row(psql, id)).toEqual({ status: 'ERROR', container_ref: null, failure });
      expect((await tokensOf(psql, id)).map(({ is_good }) => is_good)).toEqual([false]);
      await until(() => isDone(psql, id));
      expect(await containers.state(uuidOf(id))).toBe('gone');

      const types = ['REPO_RELEASED', 'SESSION_UPDATED', 'TOKEN_ARCHIVED', 'AGENT_UPDATED'] as const;
      const changes = (await team.changes({ types: [...types] })).slice(-types.length);
      expect(changes.map(({ type, actor }) => [type, actor])).toEqual(
        types.map((type) => [type, { kind: 'SYSTEM', name: 'agent.reconcile' }]),
      );
      expect(await team.structureEvents('AGENT_FAILED')).toMatchObject([
        {
          actor: { kind: 'SYSTEM', name: 'agent.reconcile' },
          subjectId: id,
          payload: {
            failure,
            releasedRepos: [`${team.slug}/x`],
            terminatedSessions: [globalId('Session', session?.id ?? '')],
            terminatedSessionNames: [`${team.project.slug}-1`],
            revokedTokens: 1,
          },
        },
      ]);
    },
  );

  it('changes nothing for agents whose containers run or cannot be inspected', async ({
    team,
    containers,
    psql,
  }) => {
    const silent = await hire(team);
    const other = await hire(team);
    await until(() => isRunning(psql, silent.id));
    await until(() => isRunning(psql, other.id));
    await containers.before('inspect', `[ $id = ${uuidOf(silent.id)} ] && { echo "try later"; exit 1; }`);
    await containers.exit(uuidOf(silent.id));
    await containers.exit(uuidOf(other.id));
    await until(async () => (await row(psql, other.id)).status === 'ERROR');
    expect(await row(psql, silent.id)).toMatchObject({ status: 'RUNNING', failure: null });
    await containers.before('inspect');
    await until(async () => (await row(psql, silent.id)).status === 'ERROR');
  });

  it('is not assumed when every inspect fails', async ({ team, containers, psql }) => {
    const { id } = await hire(team);
    await until(() => isRunning(psql, id));
    await containers.before('inspect', 'echo "the daemon is away" >&2; exit 1');
    await until(
      async () =>
        (
          await psql(
            `SELECT FROM pgboss.job WHERE name = 'agent.reconcile' AND state = 'failed'
                AND output->>'message' LIKE 'inspect ended with code 1: the daemon is away'`,
          )
        ).length > 0,
    );
    await containers.before('inspect');
    expect(await row(psql, id)).toMatchObject({ status: 'RUNNING', failure: null });
  });

  it('is found among any number of containers', async ({ team, containers, psql }) => {
    const agents = await Promise.all(Array.from({ length: 12 }, () => hire(team)));
    const ids = agents.map(({ id }) => uuidOf(id));
    const are = async (status: string) =>
      (await psql('SELECT FROM agent WHERE id = ANY($1) AND status <> $2', [ids, status])).length === 0;
    await until(() => are('RUNNING'));
    await Promise.all(ids.map((id) => containers.exit(id)));
    await until(() => are('ERROR'));
  });
});

it('an agent whose start was lost is in ERROR', async ({ team, containers, psql }) => {
  await containers.before('start', 'while [ ! -f "$dir/go-$id" ]; do sleep 0.02; done');
  const { id } = await hire(team);
  await until(async () => (await log(containers, id)).includes('start called'));
  expect((await row(psql, id)).status).toBe('PENDING');
  // The queue does this when the process of the last attempt has died.
  await psql("UPDATE pgboss.job SET state = 'failed', completed_on = now() WHERE data->>'agentId' = $1", [
    uuidOf(id),
  ]);
  await until(async () => (await row(psql, id)).status === 'ERROR');
  await containers.before('start');
  await containers.touch(`go-${uuidOf(id)}`);
  expect((await row(psql, id)).failure).toBe(
    'The container did not start, and no job is starting it any more.',
  );
  // The attempt was not dead after all, and removes its container itself.
  await until(async () => (await deeds(containers, id)).includes('start done'));
  await until(async () => (await containers.state(uuidOf(id))) === 'gone');
});
