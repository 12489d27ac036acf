-- Adds a job to a queue of pg-boss, with the options of the queue, as pg-boss does when it sends one. A trigger leaves work
-- outside the database to it: the job exists exactly if the transaction commits, whichever program writes.
CREATE OR REPLACE FUNCTION enqueue_job(queue_name text, job_data jsonb) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  -- A process of Muster creates the queues and sets their options when it starts. A database that none has used yet keeps
  -- the job for the first one.
  PERFORM pgboss.create_queue(queue_name, '{"policy": "standard"}')
    WHERE NOT EXISTS (SELECT FROM pgboss.queue q WHERE q.name = queue_name);
  INSERT INTO pgboss.job (
    name, data, policy, dead_letter, retry_limit, retry_delay, retry_backoff, retry_delay_max,
    expire_seconds, deletion_seconds, heartbeat_seconds, keep_until
  )
  SELECT
    q.name, job_data, q.policy, q.dead_letter, q.retry_limit, q.retry_delay, q.retry_backoff, q.retry_delay_max,
    q.expire_seconds, q.deletion_seconds, q.heartbeat_seconds, now() + q.retention_seconds * interval '1 s'
  FROM pgboss.queue q
  WHERE q.name = queue_name;
END
$$;

REVOKE EXECUTE ON FUNCTION enqueue_job(text, jsonb) FROM PUBLIC;
