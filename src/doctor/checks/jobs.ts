import { readJobFigures } from '../../jobs/figures.ts';
import { EVERY_SECONDS, type RecurringName } from '../../jobs/queue.ts';
import { type Check, counted, failure, ok, warning } from '../check.ts';

/** Jobs are worked on in time, and none has failed for good. */
export const jobsCheck: Check = {
  name: 'jobs',
  needs: 'tables',
  async examine({ pool }) {
    const figures = await readJobFigures(pool);
    const late = figures.filter(
      ({ queue, oldestWaitingSeconds }) =>
        oldestWaitingSeconds > LATE_SECONDS + (EVERY_SECONDS[queue as RecurringName] ?? 0),
    );
    const dead = figures.filter((queue) => queue.dead > 0);
    const queues = { queues: figures };
    if (late.length > 0) {
      const each = late.map(
        ({ queue, oldestWaitingSeconds }) => `${queue} (${Math.round(oldestWaitingSeconds)} s)`,
      );
      return failure(
        `Jobs wait too long: ${each.join(', ')}.`,
        'Start muster serve without --no-jobs, or more of them.',
        queues,
      );
    }
    if (dead.length > 0) {
      const each = dead.map(({ queue, dead: number }) => `${number} of ${queue}`);
      return warning(
        `Some jobs have failed for good: ${each.join(', ')}.`,
        'See why with muster jobs --state failed, then muster jobs retry <id>.',
        queues,
      );
    }
    const waiting = figures.reduce((sum, queue) => sum + queue.waiting + queue.running, 0);
    return ok(`${counted(waiting, 'job')} waiting or running, none late, none failed for good.`, queues);
  },
};

const LATE_SECONDS = 60;
