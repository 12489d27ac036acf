import pg from 'pg';
import { withSessionSettings } from '../../sessionSettings.ts';
import { SERVER_SQL } from '../log/epoch.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const KEEPALIVE_MS = 5_000;
/** For all but the batches themselves. */
const QUERY_TIMEOUT_MS = 10_000;
/** A connection that leads nowhere cannot be taken leave of. */
const END_MS = 1_000;

/*
 * - What is published must not be lost by a crash and given again to other changes, so the commit waits for the disk.
 * - The outbox is empty in one moment and large in the next, so statistics on it mislead; the indexes are always right.
 * - The leader asks something many times a second. If it has been silent for as long as this, its process or machine
 *   hangs or is gone, and the lock should be somebody else's. So too if it does not take the answer to a batch, which
 *   holds the lock of the head until it is sent.
 */
const SESSION_SQL = `
  SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
  SET enable_seqscan = off; SET enable_bitmapscan = off;
  SET statement_timeout = 0; SET idle_session_timeout = '10s';
  SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;
  SET tcp_user_timeout = '10s'`;

/** Which of an installation's processes gives positions. Any other number would do. */
const LEADER_LOCK = "hashtextextended('muster.sequencer', 0)";

export type SequencerClient = {
  client: pg.Client;
  /** What SERVER_SQL answers here. */
  server: string;
};

/**
 * A connection of the sequencer's own. It must lead straight to PostgreSQL: through a transaction pooler, the lock
 * would be somebody else's.
 */
export async function connectSequencer(url: string): Promise<SequencerClient> {
  const client = new pg.Client({
    connectionString: withSessionSettings(url),
    application_name: 'muster sequencer',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_MS,
  });
  // A connection that breaks while idle is found broken by the next query; unheard, it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(SESSION_SQL);
    const { rows } = await client.query<{ server: string }>(`SELECT ${SERVER_SQL} AS server`);
    return { client, server: rows[0]?.server ?? '' };
  } catch (error) {
    await disconnect(client);
    throw error;
  }
}

/** Whether this connection is now the leader's. It stays so until it ends. */
export async function tryLead({ client }: SequencerClient): Promise<boolean> {
  const { rows } = await client.query<{ is_leader: boolean }>(
    `SELECT pg_try_advisory_lock(${LEADER_LOCK}) AS is_leader`,
  );
  return rows[0]?.is_leader === true;
}

export async function disconnect(client: pg.Client): Promise<void> {
  const timer = setTimeout(() => client.connection.stream.destroy(), END_MS);
  await client.end();
  clearTimeout(timer);
}
