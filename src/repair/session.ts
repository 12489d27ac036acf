/** The connection of a repair, and its transactions: each step waits for a lock only briefly, and is retried. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { withSessionSettings } from '../database/sessionSettings.ts';
import { type BackoffLimits, backoffMs } from '../load/backoff.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const ATTEMPTS = 60;
const PAUSE: BackoffLimits = { minMs: 200, maxMs: 5_000 };
/** lock_not_available and deadlock_detected. Neither has written anything. */
const RETRIED = ['55P03', '40P01'];

/** Who makes the changes, as the feed and the audit trail show it. */
export const ACTOR = { kind: 'SYSTEM', id: null, name: 'muster db repair-closed-state' };

export type RepairSession = {
  client: pg.Client;
  /** How long one statement may wait for a lock, in milliseconds. Statements that queue behind it wait no longer. */
  lockTimeoutMs: number;
  log(line: string): void;
};

/** Why a repair stops before its end. What it has done so far remains. */
export class RepairStoppedError extends Error {}

export async function withRepairSession<Result>(
  url: string,
  options: Omit<RepairSession, 'client'>,
  work: (session: RepairSession) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    connectionString: withSessionSettings(url),
    application_name: ACTOR.name,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // A limit that is meant for requests must not end the validation of a large table.
    statement_timeout: 0,
  });
  // A connection that breaks between two statements fails the next one. Without a listener the event ends the process.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work({ client, ...options });
  } finally {
    await client.end();
  }
}

/** Runs one transaction. It is retried when a lock was not to be had in time; between attempts other statements pass. */
export async function inTransaction<Result>(
  { client, lockTimeoutMs, log }: RepairSession,
  step: string,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let failures = 1; ; failures++) {
    try {
      await client.query('BEGIN');
      await client.query(
        `SELECT set_config('lock_timeout', $1, true), set_config('muster.actor', $2, true)`,
        [`${lockTimeoutMs}ms`, JSON.stringify(ACTOR)],
      );
      const result = await work();
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {});
      if (!(error instanceof pg.DatabaseError) || !RETRIED.includes(error.code ?? '')) throw error;
      const holders = await lockHolders(client);
      if (failures === ATTEMPTS) {
        throw new RepairStoppedError(
          `${step}: no lock within ${lockTimeoutMs} ms, ${ATTEMPTS} times. ${holders}`,
        );
      }
      log(`${step}: no lock within ${lockTimeoutMs} ms, retrying. ${holders}`);
      await sleep(backoffMs(failures, PAUSE));
    }
  }
}

/** The oldest transactions that hold a lock on the table. */
async function lockHolders(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ holder: string }>(
    `SELECT format('pid %s (%s, %s, for %s s)', pid, coalesce(nullif(application_name, ''), 'unnamed'), state,
                   extract(epoch FROM now() - xact_start)::int) AS holder
       FROM pg_stat_activity
      WHERE pid <> pg_backend_pid() AND pid IN (
        SELECT pid FROM pg_locks WHERE granted AND relation = 'execution_workspace'::regclass
      )
      ORDER BY xact_start LIMIT 3`,
  );
  return rows.length === 0 ? '' : `Locks are held by ${rows.map(({ holder }) => holder).join(', ')}.`;
}
