/** From hiring to offboarding with containers: what is started, what is taken down, and what everybody hears of it. */
import pino from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashSecret } from '../../src/auth/secret.ts';
import { globalId } from '../../src/globalId.ts';
import { createBoss } from '../../src/jobs/boss.ts';
import { retryDeadLetter } from '../../src/jobs/deadLetter.ts';
import { graphql } from '../graphql/gql.ts';
import { type Containers, makeContainers } from '../support/containers.ts';
import { until } from '../support/feed.ts';
import { agentRow, hasQueues, jobsOf, setRetries } from '../support/jobs.ts';
import { HireAgent, OffboardAgent, WatchRepo } from '../support/mutations.ts';
import { succeeded } from '../support/outcome.ts';
import { uuidOf } from '../support/psql.ts';
import type { Team } from '../support/team.ts';
import { startWork, type Work } from '../support/work.ts';

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

let containers: Containers;
let work: Work;
beforeAll(async () => {
  containers = await makeContainers();
  work = await startWork({ everySeconds: { 'agent.reconcile': 1 } }, { runtime: containers.runtime });
  await until(() => hasQueues(work.psql));
});
afterAll(async () => {
  await work.close();
  await containers.close();
});

let team: Team;
beforeEach(async () => {
  team = await work.createTeam();
});

async function hire(): Promise<{ id: string; status: string }> {
  const { hireAgent } = await team.owner.query(HireAgent, {
    input: { organizationId: team.id, name: 'Robin', role: 'reviewer', config: { image: 'x' } },
  });
  return succeeded(hireAgent).agent;
}

async function offboard(agentId: string) {
  const { offboardAgent } = await team.owner.query(OffboardAgent, { input: { agentId } });
  return succeeded(offboardAgent);
}

const row = (agentId: string) => agentRow(work.psql, agentId);
const jobs = (agentId: string) => jobsOf(work.psql, agentId);
const log = (agentId: string) => containers.log(uuidOf(agentId));
/** What the program did, but for looking. */
const deeds = async (agentId: string) => (await log(agentId)).filter((line) => !line.startsWith('inspect'));
const isRunning = async (agentId: string) => (await row(agentId)).status === 'RUNNING';
const isDone = async (agentId: string) =>
  (await jobs(agentId)).every(({ state, name }) => state === 'completed' || name === 'dead');

async function tokensOf(agentId: string) {
  return await work.psql<{ label: string; hash: string; is_good: boolean }>(
    'SELECT label, hash, revoked_at IS NULL AS is_good FROM token WHERE agent_id = $1 ORDER BY created_at',
    [uuidOf(agentId)],
  );
}

describe('an agent that is hired', () => {
  it('is PENDING until its container has started, then RUNNING, by the system', async () => {
    const agent = await hire();
    expect(agent.status).toBe('PENDING');
    await until(() => isRunning(agent.id));
    expect(await row(agent.id)).toMatchObject({ container_ref: `box-${uuidOf(agent.id)}`, failure: null });
    expect(await deeds(agent.id)).toEqual(['start called', 'start done']);

    const changes = await team.changes({ types: ['AGENT_CREATED', 'AGENT_UPDATED'] });
    expect(changes.map(({ type, actor, requestId }) => [type, actor, requestId === null])).toEqual([
      ['AGENT_CREATED', expect.objectContaining({ kind: 'USER' }), false],
      ['AGENT_UPDATED', { kind: 'SYSTEM', id: null, name: 'agent.start' }, true],
    ]);
    expect(changes[1]?.payload).toMatchObject({ changed: ['status'], row: { status: 'RUNNING' } });
  });

  it('acts by the token that its container was started with, which is kept nowhere', async () => {
    const { id } = await hire();
    await until(() => isRunning(id));
    await until(() => isDone(id));
    const { token, ...input } = await containers.input('start', uuidOf(id));
    expect(input).toEqual({
      id: uuidOf(id),
      organizationId: uuidOf(team.id),
      name: 'Robin',
      role: 'reviewer',
      config: { image: 'x' },
      url: work.app.url,
    });
    const { viewer } = await work.app.client(String(token)).query(WhoAmI);
    expect(viewer).toEqual({ kind: 'AGENT', agent: { id } });
    expect(await tokensOf(id)).toEqual([
      { label: 'runtime', hash: hashSecret(String(token)), is_good: true },
    ]);
    const [job] = await jobs(id);
    expect(job).toMatchObject({ name: 'agent.start', state: 'completed', data: { agentId: uuidOf(id) } });
    expect(job?.output?.output).toMatch(/^starting it\n/);
    const stored = await work.psql<{ text: string }>('SELECT j::text AS text FROM pgboss.job j');
    expect(stored.filter(({ text }) => text.includes(String(token)))).toEqual([]);
    expect((await team.structureEvents('token.created')).at(-1)).toMatchObject({
      actor: { kind: 'SYSTEM', id: null, name: 'agent.start' },
      payload: { label: 'runtime' },
    });
  });

  it('gets its container although starting it fails at first, and one token', async () => {
    await setRetries(work.psql, 'agent.start', 5);
    const marker = `[ -f "$dir/tried-twice-$id" ]`;
    await containers.before(
      'start',
      `${marker} || { [ -f "$dir/tried-$id" ] && : > "$dir/tried-twice-$id"; : > "$dir/tried-$id"; echo "no room"; exit 1; }`,
    );
    const { id } = await hire();
    await until(() => isRunning(id));
    await containers.before('start');
    expect(await deeds(id)).toEqual(['start called', 'start called', 'start called', 'start done']);
    const tokens = await tokensOf(id);
    expect(tokens.map(({ is_good }) => is_good)).toEqual([false, false, true]);
    const { token } = await containers.input('start', uuidOf(id));
    expect(tokens[2]?.hash).toBe(hashSecret(String(token)));
    expect((await team.structureEvents('token.revoked')).length).toBe(2);
  });

  it('is in ERROR when its container does not start, and what there may be of it is taken down', async () => {
    await setRetries(work.psql, 'agent.start', 1);
    await containers.after('start', 'echo "out of memory" >&2; exit 1');
    const { id } = await hire();
    await until(async () => (await row(id)).status === 'ERROR');
    await containers.after('start');
    expect(await row(id)).toEqual({
      status: 'ERROR',
      container_ref: null,
      failure: 'The container did not start: start ended with code 1: out of memory',
    });
    await until(async () => (await containers.state(uuidOf(id))) === 'gone');
    expect((await tokensOf(id)).map(({ is_good }) => is_good)).toEqual([false, false]);
    expect(await team.structureEvents('agent.failed')).toMatchObject([
      {
        actor: { kind: 'SYSTEM', id: null, name: 'agent.start' },
        subjectId: id,
        payload: { failure: expect.stringContaining('out of memory'), revokedTokens: 1 },
      },
    ]);
    const dead = (await jobs(id)).at(-1);
    expect(dead).toMatchObject({ name: 'dead', state: 'created' });
    expect(dead?.output).toMatchObject({
      message: 'start ended with code 1: out of memory',
      output: expect.stringContaining('starting it'),
    });
    expect((await containers.input('stop', uuidOf(id))).containerRef).toBeNull();
  });

  it('and in ERROR has what is left of it taken down, when its start is tried again', async () => {
    await setRetries(work.psql, 'agent.start', 0);
    await containers.before('start', 'exit 1');
    const { id } = await hire();
    await until(async () => (await jobs(id)).some(({ name }) => name === 'dead'));
    await until(async () => (await deeds(id)).includes('remove called'));
    await containers.before('start');
    const { db } = work.app.app;
    const letter = (await jobs(id)).find(({ name }) => name === 'dead');
    const boss = createBoss(db, pino({ level: 'silent' }));
    expect(await retryDeadLetter(db.jobPool, boss, letter?.id ?? '')).toBe('agent.start');
    await until(async () => (await jobs(id)).filter(({ name }) => name === 'agent.teardown').length === 2);
    await until(async () =>
      (await jobs(id)).every(({ state }) => state === 'completed' || state === 'failed'),
    );
    expect(await row(id)).toMatchObject({ status: 'ERROR', container_ref: null });
    expect((await log(id)).filter((line) => line === 'start called')).toHaveLength(1);
  });
});

describe('an agent that is offboarded', () => {
  it('is STOPPED at once, and its container stopped with grace, then removed', async () => {
    const { id } = await hire();
    await until(() => isRunning(id));
    expect((await offboard(id)).agent.status).toBe('STOPPED');
    await until(async () => (await containers.state(uuidOf(id))) === 'gone');
    await until(() => isDone(id));
    expect(await deeds(id)).toEqual([
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
    await offboard(id);
    expect((await jobs(id)).map(({ name }) => name)).toEqual(['agent.start', 'agent.teardown']);
  });

  it('while its container starts, has it taken down as soon as it has', async () => {
    await containers.before('start', 'while [ ! -f "$dir/go-$id" ]; do sleep 0.02; done');
    const { id } = await hire();
    await until(async () => (await log(id)).includes('start called'));
    expect((await offboard(id)).agent.status).toBe('STOPPED');
    await containers.before('start');
    await containers.touch(`go-${uuidOf(id)}`);
    await until(async () => (await deeds(id)).includes('remove done'));
    await until(() => isDone(id));
    expect((await jobs(id))[0]?.output).toMatchObject({
      outcome: 'The agent is STOPPED: the container is removed again.',
    });
    expect(await row(id)).toMatchObject({ status: 'STOPPED', container_ref: null });
  });

  it('has its container taken down although that fails at first', async () => {
    await setRetries(work.psql, 'agent.teardown', 5);
    const { id } = await hire();
    await until(() => isRunning(id));
    await containers.before('remove', '[ -f "$dir/again-$id" ] || { : > "$dir/again-$id"; exit 1; }');
    await offboard(id);
    await until(async () => (await deeds(id)).includes('remove done'));
    await containers.before('remove');
    const called = (await deeds(id)).filter((line) => line.endsWith('done'));
    expect(called).toEqual(['start done', 'stop done', 'remove done']);
  });

  it('with a container that is gone already, leaves nothing to do', async () => {
    const { id } = await hire();
    await until(() => isRunning(id));
    await containers.vanish(uuidOf(id));
    await offboard(id);
    await until(() => isDone(id));
    expect((await jobs(id)).at(-1)).toMatchObject({ name: 'agent.teardown', state: 'completed' });
  });
});

describe('a container that ends by itself', () => {
  it.each([
    ['has exited', 'exit', 'The container has exited.'],
    ['is gone', 'vanish', 'The container is gone.'],
  ] as const)('and %s puts its agent in ERROR, which holds nothing any more', async (_, end, failure) => {
    const { id } = await hire();
    await until(() => isRunning(id));
    const { watchRepo } = await team.owner.query(WatchRepo, {
      input: { agentId: id, repo: `${team.slug}/x` },
    });
    succeeded(watchRepo);
    const [session] = await work.psql<{ id: string }>(
      'INSERT INTO session (organization_id, project_id, agent_id) VALUES ($1, $2, $3) RETURNING id',
      [team.id, team.project.id, id].map(uuidOf),
    );
    await containers[end](uuidOf(id));
    await until(async () => (await row(id)).status === 'ERROR');
    expect(await row(id)).toEqual({ status: 'ERROR', container_ref: null, failure });
    expect((await tokensOf(id)).map(({ is_good }) => is_good)).toEqual([false]);
    await until(() => isDone(id));
    expect(await containers.state(uuidOf(id))).toBe('gone');

    const types = ['REPO_RELEASED', 'SESSION_UPDATED', 'TOKEN_ARCHIVED', 'AGENT_UPDATED'] as const;
    const changes = (await team.changes({ types: [...types] })).slice(-types.length);
    expect(changes.map(({ type, actor }) => [type, actor])).toEqual(
      types.map((type) => [type, { kind: 'SYSTEM', id: null, name: 'agent.reconcile' }]),
    );
    expect(await team.structureEvents('agent.failed')).toMatchObject([
      {
        actor: { kind: 'SYSTEM', name: 'agent.reconcile' },
        subjectId: id,
        payload: {
          failure,
          releasedRepos: [`${team.slug}/x`],
          terminatedSessions: [globalId('Session', session?.id ?? '')],
          revokedTokens: 1,
        },
      },
    ]);
  });

  it('changes nothing for those whose containers run, or of whom the runtime does not answer', async () => {
    const silent = await hire();
    const other = await hire();
    await until(() => isRunning(silent.id));
    await until(() => isRunning(other.id));
    await containers.before('inspect', `[ $id = ${uuidOf(silent.id)} ] && { echo "try later"; exit 1; }`);
    await containers.exit(uuidOf(silent.id));
    await containers.exit(uuidOf(other.id));
    await until(async () => (await row(other.id)).status === 'ERROR');
    expect(await row(silent.id)).toMatchObject({ status: 'RUNNING', failure: null });
    await containers.before('inspect');
    await until(async () => (await row(silent.id)).status === 'ERROR');
  });

  it('is not believed of a runtime that answers nothing at all', async () => {
    const { id } = await hire();
    await until(() => isRunning(id));
    await containers.before('inspect', 'echo "the daemon is away" >&2; exit 1');
    await until(
      async () =>
        (
          await work.psql(
            `SELECT FROM pgboss.job WHERE name = 'agent.reconcile' AND state = 'failed'
                AND output->>'message' LIKE 'inspect ended with code 1: the daemon is away'`,
          )
        ).length > 0,
    );
    await containers.before('inspect');
    expect(await row(id)).toMatchObject({ status: 'RUNNING', failure: null });
  });

  it('is found however many there are', async () => {
    const agents = await Promise.all(Array.from({ length: 12 }, () => hire()));
    const ids = agents.map(({ id }) => uuidOf(id));
    const are = async (status: string) =>
      (await work.psql('SELECT FROM agent WHERE id = ANY($1) AND status <> $2', [ids, status])).length === 0;
    await until(() => are('RUNNING'));
    await Promise.all(ids.map((id) => containers.exit(id)));
    await until(() => are('ERROR'));
  });
});

it('an agent that nobody is starting any more is in ERROR', async () => {
  await containers.before('start', 'while [ ! -f "$dir/go-$id" ]; do sleep 0.02; done');
  const { id } = await hire();
  await until(async () => (await log(id)).includes('start called'));
  expect((await row(id)).status).toBe('PENDING');
  // As the queue does when the process of the last attempt has died.
  await work.psql(
    "UPDATE pgboss.job SET state = 'failed', completed_on = now() WHERE data->>'agentId' = $1",
    [uuidOf(id)],
  );
  await until(async () => (await row(id)).status === 'ERROR');
  await containers.before('start');
  await containers.touch(`go-${uuidOf(id)}`);
  expect((await row(id)).failure).toBe('The container did not start, and no job is starting it any more.');
  // The attempt that was taken for dead and was not takes its container down itself.
  await until(async () => (await deeds(id)).includes('start done'));
  await until(async () => (await containers.state(uuidOf(id))) === 'gone');
});
