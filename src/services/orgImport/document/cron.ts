import { Cron } from 'croner';

/** Caches the faults of cron expressions and time zones, because thousands of schedules share a few of them. */
export class ScheduleTimes {
  readonly #crons = new Map<string, string | undefined>();
  readonly #zones = new Map<string, string | undefined>();

  cronFault(expression: string): string | undefined {
    return remembered(this.#crons, expression, cronFault);
  }

  zoneFault(zone: string): string | undefined {
    return remembered(this.#zones, zone, zoneFault);
  }
}

function cronFault(expression: string): string | undefined {
  if (expression.split(/\s+/).length !== 5)
    return 'must have five fields: minute, hour, day of the month, month, day of the week';
  try {
    new Cron(expression, { paused: true, mode: '5-part' }).stop();
    return undefined;
  } catch (error) {
    return `is not a cron expression: ${(error as Error).message}`;
  }
}

function zoneFault(zone: string): string | undefined {
  const fault = 'must be an IANA time zone, such as Europe/Berlin';
  // Intl accepts offsets too, but PostgreSQL interprets their sign the other way round.
  if (!/^[A-Za-z]/.test(zone)) return fault;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return undefined;
  } catch {
    return fault;
  }
}

function remembered(
  known: Map<string, string | undefined>,
  value: string,
  find: (value: string) => string | undefined,
): string | undefined {
  if (!known.has(value)) known.set(value, find(value));
  return known.get(value);
}
