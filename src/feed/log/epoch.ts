/**
 * An epoch names one history of the feed. A position is meaningful only within its epoch: after a restore, or a promotion
 * that lost the newest commits, the sequencer assigns the same positions again to other changes.
 */
import { createHash } from 'node:crypto';

/** How many bytes of the hash an epoch keeps, written as twice as many hex digits. */
export const EPOCH_BYTES = 8;

/**
 * SQL that identifies the database server: cluster, timeline and database. It changes with a promotion and differs in
 * every copy. The timeline comes from the name of the WAL file, because the control file shows a promotion only after
 * the next checkpoint. It fails on a standby, which cannot sequence.
 */
export const SERVER_SQL = `concat_ws('/',
  (SELECT system_identifier FROM pg_control_system()),
  substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8),
  (SELECT oid FROM pg_database WHERE datname = current_database()))`;

/**
 * SQL that identifies the installation, from a row of `feed_head`. A restore keeps the nonce but creates the table anew,
 * so the table's oid tells the restored installation from the one before.
 */
export const INSTALLATION_SQL = `concat_ws('/', nonce, tableoid)`;

let latest: { installation: string; server: string; epoch: string } | undefined;

/** @param installation the value of INSTALLATION_SQL. @param server the value of SERVER_SQL. */
export function epochOf(installation: string, server: string): string {
  if (latest?.installation !== installation || latest.server !== server) {
    const hash = createHash('sha256').update(`${installation}/${server}`).digest();
    latest = { installation, server, epoch: hash.toString('hex', 0, EPOCH_BYTES) };
  }
  return latest.epoch;
}
