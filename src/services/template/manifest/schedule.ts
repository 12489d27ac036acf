import { Cron } from 'croner';

const SCHEDULE_MAX_LENGTH = 100;

/** What is wrong with a schedule; null when nothing is. Five parts are a minute apart or more. */
export function scheduleFault(schedule: string): string | null {
  if (schedule.length > SCHEDULE_MAX_LENGTH) return `must have at most ${SCHEDULE_MAX_LENGTH} characters`;
  // `?` stands for the moment at which the pattern is read: each process would run it at another time.
  if (schedule.includes('?')) return 'must not contain `?`';
  try {
    new Cron(schedule, { mode: '5-part', paused: true, timezone: 'UTC' });
    return null;
  } catch (error) {
    return `must be a cron expression of five parts: ${error instanceof Error ? error.message : String(error)}`;
  }
}
