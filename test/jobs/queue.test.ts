/** A job exists exactly if its transaction has committed. */
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import type { Tx } from '../../src/database/db.ts';
import { createBoss } from '../../src/jobs/boss.ts';
import { createJobQueue } from '../../src/jobs/jobQueue.ts';
import { QUEUES } from '../../src/jobs/queue.ts';
import type { TestApp } from '../support/app.ts';
import type { Psql } from '../support/psql.ts';
import { describe, expect, test } from '../support/test.ts';

const log = pino({ level: 'silent' });
const BY = { actor: { kind: 'SYSTEM', id: null, name: 'test' }, requestId: null } as const;

const it = test
  .extend('config', { scope: 'file' }, { jobs: false })
  .extend('jobs', async ({ app }) => createJobQueue(createBoss(app.app.db, log)))
  .extend('agentId', () => randomUUID())
  .extend('job', ({ agentId }) => ({
    name: 'agent.teardown' as const,
    data: { agentId, containerRef: 'box' },
  }));

const stored = (agentId: string, psql: Psql) =>
  psql<{ name: string; state: string; data: object; dead_letter: string }>(
    "SELECT name, state, data, dead_letter FROM pgboss.job WHERE data->>'agentId' = $1",
    [agentId],
  );
const transact = <Result>(app: TestApp, work: (tx: Tx) => Promise<Result>) => app.app.db.transact(BY, work);

describe('a job enqueued in a transaction', () => {
  it('exists after the commit, and not before', async ({ jobs, agentId, job, psql, app }) => {
    const committed = await transact(app, async (tx) => {
      await jobs.enqueue(tx, job);
      expect(await stored(agentId, psql)).toEqual([]);
      return tx;
    });
    expect(await stored(agentId, psql)).toEqual([
      { name: 'agent.teardown', state: 'created', data: job.data, dead_letter: 'dead' },
    ]);
    expect(jobs.enqueuedBy(committed)).toEqual(['agent.teardown']);
  });

  it('is rolled back with the transaction', async ({ jobs, agentId, job, psql, app }) => {
    const rolledBack = transact(app, async (tx) => {
      await jobs.enqueue(tx, job);
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow('no');
    expect(await stored(agentId, psql)).toEqual([]);
  });

  it('exists once when the transaction was retried', async ({ jobs, agentId, job, psql, app }) => {
    let attempts = 0;
    await transact(app, async (tx) => {
      attempts += 1;
      await jobs.enqueue(tx, job);
      if (attempts === 1) await tx.$executeRaw`DO $$ BEGIN RAISE SQLSTATE '40001'; END $$`;
    });
    expect(attempts).toBe(2);
    expect(await stored(agentId, psql)).toHaveLength(1);
  });

  it('is awaited until it has ended, only for its queue and its agent', async ({
    jobs,
    agentId,
    job,
    psql,
    app,
  }) => {
    const start = { name: 'agent.start', data: { agentId } } as const;
    const other = { name: 'agent.start', data: { agentId: randomUUID() } } as const;
    const awaited = () =>
      transact(app, async (tx) => [
        await jobs.isAwaited(tx, start),
        await jobs.isAwaited(tx, job),
        await jobs.isAwaited(tx, other),
      ]);
    expect(await awaited()).toEqual([false, false, false]);
    await transact(app, async (tx) => {
      await jobs.enqueue(tx, start);
      expect(await jobs.isAwaited(tx, start)).toBe(true);
    });
    for (const [state, isAwaited] of [
      ['created', true],
      ['retry', true],
      ['active', true],
      ['completed', false],
      ['failed', false],
      ['cancelled', false],
    ]) {
      await psql("UPDATE pgboss.job SET state = $2::pgboss.job_state WHERE data->>'agentId' = $1", [
        agentId,
        state,
      ]);
      expect(await awaited()).toEqual([isAwaited, false, false]);
    }
  });
});

describe('a job that a trigger enqueues', () => {
  const enqueue = (psql: Psql, { name, data }: { name: string; data: object }) =>
    psql('SELECT enqueue_job($1, $2)', [name, data]);
  const options = (agentId: string, psql: Psql) =>
    psql(
      `SELECT to_jsonb(j) - '{id,start_after,created_on,keep_until}'::text[] AS job, keep_until - created_on AS kept
         FROM pgboss.job j WHERE data->>'agentId' = $1`,
      [agentId],
    );

  it('has the options that pg-boss gives', async ({ jobs, agentId, job, psql, app }) => {
    await transact(app, (tx) => jobs.enqueue(tx, job));
    await enqueue(psql, job);
    const [sent, enqueued] = await options(agentId, psql);
    expect(enqueued).toMatchObject({ job: { name: job.name, state: 'created', data: job.data } });
    expect(enqueued).toEqual(sent);
  });

  it('waits in a queue that no process has created yet', async ({ psql }) => {
    const data = { agentId: randomUUID() };
    await enqueue(psql, { name: 'agent.other', data });
    expect(await stored(data.agentId, psql)).toMatchObject([{ name: 'agent.other', state: 'created', data }]);
    await psql(`DELETE FROM pgboss.job WHERE name = 'agent.other'`);
    await psql(`DELETE FROM pgboss.queue WHERE name = 'agent.other'`);
  });
});

describe('the queues', () => {
  const queues = (psql: Psql) =>
    psql<{ name: string }>(
      `SELECT name, policy, retry_limit, retry_delay, retry_backoff, retry_delay_max, expire_seconds, retention_seconds,
              deletion_seconds, dead_letter, heartbeat_seconds
         FROM pgboss.queue ORDER BY name`,
    );

  it('are created by the first process and updated to the current options', async ({ psql, app }) => {
    const bosses = Array.from({ length: 4 }, () => createBoss(app.app.db, log));
    await Promise.all(bosses.map((boss) => boss.ready()));
    const made = await queues(psql);
    expect(made.map(({ name }) => name)).toEqual(Object.keys(QUEUES).toSorted());
    expect(made).toContainEqual({
      name: 'agent.start',
      policy: 'standard',
      retry_limit: 5,
      retry_delay: 2,
      retry_backoff: true,
      retry_delay_max: null,
      expire_seconds: 360,
      retention_seconds: 315_360_000,
      deletion_seconds: 604_800,
      dead_letter: 'dead',
      heartbeat_seconds: 10,
    });

    await psql("UPDATE pgboss.queue SET retry_limit = 0, dead_letter = NULL WHERE name <> 'dead'");
    const [touched] = await psql<{ at: Date }>(
      "SELECT updated_on AS at FROM pgboss.queue WHERE name = 'dead'",
    );
    await createBoss(app.app.db, log).ready();
    expect(await queues(psql)).toEqual(made);
    // A queue with the current options is not updated.
    expect(await psql("SELECT updated_on AS at FROM pgboss.queue WHERE name = 'dead'")).toEqual([touched]);
  });
});
