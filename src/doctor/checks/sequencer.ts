import { createBacklogMonitor } from '../../feed/sequence/backlog.ts';
import { isLed } from '../../feed/sequence/leader.ts';
import { type Check, failure, ok, warning } from '../check.ts';

/** A process leads, and changes get their positions in time. */
export const sequencerCheck: Check = {
  name: 'sequencer',
  needs: 'tables',
  async examine({ pool }) {
    const monitor = createBacklogMonitor(pool);
    const [leads, backlog] = await Promise.all([isLed(pool), monitor.backlog()]);
    const figures = { leads, ...backlog };
    const seconds = Math.round(backlog.outboxAgeMs / 1000);
    const waiting = `${backlog.waiting} changes wait for a position, the first for ${seconds} s`;
    if (backlog.outboxAgeMs > LATE_MS) {
      return failure(
        leads ? `A sequencer leads, but ${waiting}.` : `No process sequences the feed, and ${waiting}.`,
        leads
          ? 'Read the log of the leading process, and the load of the database.'
          : 'Start muster serve or muster sequencer.',
        figures,
      );
    }
    if (!leads) {
      return warning(
        'No process sequences the feed, so subscribers will hear of no change.',
        'Start muster serve or muster sequencer.',
        figures,
      );
    }
    if (backlog.oldestTransactionAgeMs > OLD_TRANSACTION_MS) {
      return warning(
        `A transaction has been open for ${Math.round(backlog.oldestTransactionAgeMs / 60_000)} minutes. While it is open, VACUUM cannot clear the outbox.`,
        'Find it in pg_stat_activity, and end it.',
        figures,
      );
    }
    return ok(`A sequencer leads, and ${backlog.waiting === 0 ? 'no change waits' : waiting}.`, figures);
  },
};

/** A fail-over takes a second or two. */
const LATE_MS = 10_000;
const OLD_TRANSACTION_MS = 30 * 60_000;
