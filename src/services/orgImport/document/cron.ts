import { cronFault, zoneFault } from '../../schedule/times.ts';

/** Why a cron expression or a time zone cannot be used; remembered, as thousands of schedules share a few of them. */
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

function remembered(
  known: Map<string, string | undefined>,
  value: string,
  find: (value: string) => string | undefined,
): string | undefined {
  if (!known.has(value)) known.set(value, find(value));
  return known.get(value);
}
