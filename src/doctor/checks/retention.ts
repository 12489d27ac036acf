import { type Check, counted, ok, warning } from '../check.ts';

/** Old changes leave the feed when neither floor keeps them. */
export const retentionCheck: Check = {
  name: 'retention',
  needs: 'tables',
  async examine({ pool, config }) {
    const { rows } = await pool.query<Row>(
      `SELECT (SELECT position FROM feed_head)::float8 AS head,
              oldest.position::float8 AS oldest,
              extract(epoch FROM now() - oldest.occurred_at)::float8 / 86400 AS days,
              pg_size_pretty(sum(pg_total_relation_size(i.inhrelid))) AS size
         FROM pg_inherits i
         LEFT JOIN LATERAL (SELECT position, occurred_at FROM change_log ORDER BY position LIMIT 1) oldest ON true
        WHERE i.inhparent = 'change_log'::regclass
        GROUP BY oldest.position, oldest.occurred_at`,
    );
    const { days = null, head = 0, oldest = null, size = '0 bytes' } = rows[0] ?? {};
    if (days === null || oldest === null) return ok('The feed holds no change yet.');
    const floor = config.feedRetention;
    const held = head - oldest + 1;
    const figures = { changes: held, oldestDays: days, size, floor };
    const state = `The feed holds ${held} changes of ${counted(Math.ceil(days), 'day')} in ${size}`;
    if (days > floor.days + SLACK_DAYS && held > floor.rows * SLACK) {
      return warning(
        `${state}, which is beyond FEED_RETENTION_DAYS (${floor.days}) and FEED_RETENTION_ROWS (${floor.rows}).`,
        'The sequencing process drops old parts every ten minutes: read its log for what stops it.',
        figures,
      );
    }
    return ok(`${state}.`, figures);
  },
};

/** Whole partitions are dropped, so some changes stay beyond the floors. */
const SLACK_DAYS = 1;
const SLACK = 1.5;

type Row = { head: number; oldest: number | null; days: number | null; size: string };
