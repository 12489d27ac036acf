/** The metrics of jobs at the server's endpoint. */
import { expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { openPsql } from '../support/psql.ts';

it('the job metrics count due, running and dead jobs by queue', async () => {
  await using app = await startTestApp({ jobs: false });
  await using psql = await openPsql(app.app.db.url);
  await psql(`INSERT INTO pgboss.queue (name, policy, retry_limit, retry_delay, retry_backoff, expire_seconds, retention_seconds,
                deletion_seconds, partition, table_name)
              SELECT name, 'standard', 0, 0, false, 60, 60, 60, false, 'job_common'
                FROM unnest(ARRAY['dead', 'agent.start', 'agent.teardown']) name`);
  await psql(`INSERT INTO pgboss.job (name, state, start_after, source_name) VALUES
    ('agent.start', 'created', now() - interval '90 seconds', NULL),
    ('agent.start', 'retry', now() - interval '5 seconds', NULL),
    ('agent.start', 'retry', now() + interval '60 seconds', NULL),
    ('agent.start', 'active', now() - interval '1 hour', NULL),
    ('agent.start', 'completed', now() - interval '1 hour', NULL),
    ('agent.teardown', 'failed', now() - interval '1 hour', NULL),
    ('dead', 'created', now() - interval '1 hour', 'agent.teardown')`);
  const text = await (await fetch(`${app.url}/metrics`)).text();
  const figures = Object.fromEntries(
    [...text.matchAll(/^muster_jobs_(\w+)\{queue="(agent\.(?:start|teardown))"\} (\S+)$/gm)].map(
      ([, name, queue, value]) => [`${queue} ${name}`, Number(value)],
    ),
  );
  expect(figures).toEqual({
    'agent.start dead': 0,
    'agent.start running': 1,
    'agent.start waiting': 2,
    'agent.start oldest_waiting_seconds': expect.closeTo(120, -2),
    'agent.teardown dead': 1,
    'agent.teardown running': 0,
    'agent.teardown waiting': 0,
    'agent.teardown oldest_waiting_seconds': 0,
  });
});
