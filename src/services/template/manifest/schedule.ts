import { Cron } from 'croner';

const SCHEDULE_MAX_LENGTH = 100;

/** The fault of a schedule; null when it is valid. Five fields make runs at least a minute apart. */
export function scheduleFault(schedule: string): string | null {
  if (schedule.length > SCHEDULE_MAX_LENGTH) return `must have at most ${SCHEDULE_MAX_LENGTH} characters`;
  // `?` means the time at which the expression is parsed, so that each process would run it at another time.
  if (schedule.includes('?')) return 'must not contain `?`';
  try {
    new Cron(schedule, { mode: '5-part', paused: true, timezone: 'UTC' });
    return null;
  } catch (error) {
    return `must be a cron expression of five parts: ${error instanceof Error ? error.message : String(error)}`;
  }
}
