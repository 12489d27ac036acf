/**
 * An epoch names one history of the feed. Positions mean something only within it: after a promotion that lost the
 * newest commits, or a restore, the same positions may be given again to other changes.
 */
import { createHash } from 'node:crypto';

/** Bytes of the hash that are kept, as twice as many hex digits. */
export const EPOCH_BYTES = 8;

/**
 * SQL for what tells this database apart from its own past and from its copies: the cluster, its timeline, the
 * database in it. The timeline is read from the WAL's name, since the control file learns of a promotion only at the
 * next checkpoint. Fails on a standby, which has no feed to offer.
 */
export const SERVER_SQL = `concat_ws('/',
  (SELECT system_identifier FROM pg_control_system()),
  substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8),
  (SELECT oid FROM pg_database WHERE datname = current_database()))`;

/**
 * SQL for what tells one installation in this database from another, and from itself before a restore, out of a row of
 * `feed_head`. A restore brings the nonce back, but in a table made anew.
 */
export const INSTALLATION_SQL = `concat_ws('/', nonce, tableoid)`;

let latest: { installation: string; server: string; epoch: string } | undefined;

/** @param installation what INSTALLATION_SQL answered. @param server what SERVER_SQL answered. */
export function epochOf(installation: string, server: string): string {
  if (latest?.installation !== installation || latest.server !== server) {
    const hash = createHash('sha256').update(`${installation}/${server}`).digest();
    latest = { installation, server, epoch: hash.toString('hex', 0, EPOCH_BYTES) };
  }
  return latest.epoch;
}
