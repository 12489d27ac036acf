import pg from 'pg';
import { withSessionSettings } from '../../database/sessionSettings.ts';
import { SERVER_SQL } from '../log/epoch.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const KEEPALIVE_MS = 5_000;
/** For every statement but a batch or scan after one that got no answer (LONG_TIMEOUT_MS). */
const QUERY_TIMEOUT_MS = 10_000;
/** A dead connection never acknowledges its end, so its socket is destroyed after this. */
const END_TIMEOUT_MS = 1_000;

/**
 * The outbox is empty one moment and large the next, so its statistics mislead. The indexes always fit, and so does a plan
 * that was made without the values of its parameters.
 */
export const PLAN_SETTINGS =
  'SET enable_seqscan = off; SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan';

/*
 * - synchronous_commit: a published position must survive a crash, or it would be assigned again to another change.
 * - Timeouts: the leader sends a statement many times a second. When it is silent for 10 seconds, its process or machine
 *   hangs or is gone, and PostgreSQL ends the session so that another process can take the lock. It does the same when
 *   the leader does not receive the answer to a batch, which holds the lock of the head until it is sent.
 */
const SESSION_SQL = `
  SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
  ${PLAN_SETTINGS};
  SET statement_timeout = 0; SET idle_session_timeout = '10s';
  SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;
  SET tcp_user_timeout = '10s'`;

/** The advisory lock of the leader. The number is arbitrary. */
export const LEADER_LOCK = "hashtextextended('muster.sequencer', 0)";

export type SequencerConnection = {
  client: pg.Client;
  /** The value of SERVER_SQL on this connection. */
  server: string;
};

/**
 * Opens the sequencer's own connection. It must not pass a transaction pooler, which would give the session's lock to
 * another client.
 */
export async function connectSequencer(url: string): Promise<SequencerConnection> {
  const client = new pg.Client({
    connectionString: withSessionSettings(url),
    application_name: 'muster sequencer',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_MS,
  });
  // The next query reports a broken connection. Without a listener, the error would end the process.
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

/** Tries to become the leader. The connection keeps the lock until it ends. */
export async function tryLead({ client }: SequencerConnection): Promise<boolean> {
  const { rows } = await client.query<{ is_leader: boolean }>(
    `SELECT pg_try_advisory_lock(${LEADER_LOCK}) AS is_leader`,
  );
  return rows[0]?.is_leader === true;
}

export async function disconnect(client: pg.Client): Promise<void> {
  const timer = setTimeout(() => client.connection.stream.destroy(), END_TIMEOUT_MS);
  await client.end();
  clearTimeout(timer);
}
