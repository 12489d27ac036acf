/** The rows of agents and their jobs, read as another program would. */
import type { Psql } from './psql.ts';
import { uuidOf } from './psql.ts';

export type AgentRow = {
  status: string;
  container_ref: string | null;
  failure: string | null;
};

export type JobRow = {
  id: string;
  name: string;
  state: string;
  data: Record<string, unknown>;
  output: Record<string, unknown> | null;
  retry_count: number;
};

/** @param agentId a global id. */
export async function agentRow(psql: Psql, agentId: string): Promise<AgentRow> {
  const [row] = await psql<AgentRow>('SELECT status, container_ref, failure FROM agent WHERE id = $1', [
    uuidOf(agentId),
  ]);
  if (!row) throw new Error('There is no such agent.');
  return row;
}

/** The jobs of an agent, oldest first, dead letters last. */
export async function jobsOf(psql: Psql, agentId: string): Promise<JobRow[]> {
  return await psql<JobRow>(
    `SELECT id, name, state, data, coalesce(source_output, output) AS output, retry_count FROM pgboss.job
      WHERE data->>'agentId' = $1 ORDER BY name = 'dead', created_on, name`,
    [uuidOf(agentId)],
  );
}

/** Sets how often later jobs of a queue are retried, without a delay. */
export async function setRetries(psql: Psql, queue: string, retries: number): Promise<void> {
  await psql(
    'UPDATE pgboss.queue SET retry_limit = $2, retry_delay = 0, retry_backoff = false WHERE name = $1',
    [queue, retries],
  );
}

/** Whether the queues exist. A process creates them soon after its start. */
export async function hasQueues(psql: Psql): Promise<boolean> {
  return (await psql("SELECT FROM pgboss.queue WHERE name = 'key.expiry'")).length > 0;
}
