import { reason } from '../../migrations/error.ts';
import { type Check, failure, ok } from '../check.ts';

const OLDEST_VERSION = 150_000;

/** The database answers, is new enough, and takes writes. */
export const databaseCheck: Check = {
  name: 'database',
  async examine({ pool, config }) {
    const place = config.databaseUrl ? 'DATABASE_URL' : 'the embedded PostgreSQL';
    const { rows } = await pool
      .query<Row>(
        `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version,
                pg_is_in_recovery() AS "isStandby", pg_database_size(current_database())::float8 AS bytes`,
      )
      .catch((error) => ({ rows: [error as Error] }));
    const [row] = rows;
    if (!row || row instanceof Error) {
      return failure(
        `The database of ${place} does not answer: ${reason(row)}.`,
        'Start PostgreSQL, or correct DATABASE_URL.',
      );
    }
    const figures = { version: row.version, bytes: row.bytes };
    if (row.number < OLDEST_VERSION) {
      return failure(`PostgreSQL ${row.version} is too old.`, 'Use PostgreSQL 15 or newer.', figures);
    }
    if (row.isStandby) {
      return failure(
        'The database is a standby, which takes no writes.',
        'Let DATABASE_URL name the primary server, or promote this one.',
        figures,
      );
    }
    return ok(`PostgreSQL ${row.version} answers and takes writes.`, figures);
  },
};

type Row = {
  number: number;
  version: string;
  isStandby: boolean;
  bytes: number;
};
