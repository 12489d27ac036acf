/** When schedules are due. */
import { Cron } from 'croner';

/** Five fields, read in an IANA time zone. */
export type Times = { cronExpr: string; timezone: string };

/** Why an expression cannot be used; undefined when it can. */
export function cronFault(expression: string): string | undefined {
  if (expression.split(/\s+/).length !== 5)
    return 'must have five fields: minute, hour, day of the month, month, day of the week';
  // `?` stands for the moment at which the expression is read, and it is read anew for every run.
  if (expression.includes('?')) return 'must not contain `?`';
  try {
    cronOf({ cronExpr: expression, timezone: 'UTC' });
    return undefined;
  } catch (error) {
    return `is not a cron expression: ${(error as Error).message}`;
  }
}

/** Why a time zone cannot be used; undefined when it can. */
export function zoneFault(zone: string): string | undefined {
  const fault = 'must be an IANA time zone, such as Europe/Berlin';
  // Intl takes offsets too, but PostgreSQL reads their sign the other way round.
  if (!/^[A-Za-z]/.test(zone)) return fault;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return undefined;
  } catch {
    return fault;
  }
}

/**
 * The first due time after a moment; null when there is none, as on 31 February. A time that the clocks skip is due when
 * they have gone forward, and one that comes twice is due the first time.
 *
 * @throws an error of croner's when the times cannot be used
 */
export function nextRun(times: Times, after: Date): Date | null {
  return cronOf(times).nextRun(after);
}

/**
 * The next due times of many schedules, for one statement that stores them all. Null for a schedule that is disabled,
 * never due, or whose times cannot be used.
 */
export function nextRuns(schedules: readonly (Times & { enabled: boolean })[], after: Date): (Date | null)[] {
  const nextRunOf = rememberedNextRuns(after);
  return schedules.map(({ enabled, ...times }) => (enabled ? (nextRunOf(times) ?? null) : null));
}

/**
 * `nextRun` after one moment; undefined when the times cannot be used. Computed once for equal times, as thousands of
 * schedules share a few expressions.
 */
export function rememberedNextRuns(after: Date): (times: Times) => Date | null | undefined {
  const known = new Map<string, Date | null | undefined>();
  return (times) => {
    const key = JSON.stringify([times.cronExpr, times.timezone]);
    if (!known.has(key)) known.set(key, nextRunIfUsable(times, after));
    return known.get(key);
  };
}

function nextRunIfUsable(times: Times, after: Date): Date | null | undefined {
  try {
    return nextRun(times, after);
  } catch {
    return undefined;
  }
}

function cronOf({ cronExpr, timezone }: Times): Cron {
  return new Cron(cronExpr, { mode: '5-part', timezone, paused: true });
}
