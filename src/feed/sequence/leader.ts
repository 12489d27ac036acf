import type pg from 'pg';
import { LEADER_LOCK } from './connection.ts';

/** Whether some process holds the lock of the leader. */
export async function isLed(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query<{ is_led: boolean }>(
    `SELECT EXISTS (
       SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND granted AND objsubid = 1
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND (classid::bigint << 32 | objid::bigint) = ${LEADER_LOCK}
     ) AS is_led`,
  );
  return rows[0]?.is_led === true;
}
