/** When a schedule is due: fields, time zones, and the days on which the clocks change. */
import { nextRun, nextRuns } from '../../../src/services/schedule/times.ts';
import { expect, it } from '../../support/test.ts';

const at = (cronExpr: string, timezone: string, after: string) =>
  nextRun({ cronExpr, timezone }, new Date(after))?.toISOString() ?? null;

it.for([
  ['*/5 * * * *', 'UTC', '2026-03-06T12:00:00Z', '2026-03-06T12:05:00.000Z'],
  ['*/5 * * * *', 'UTC', '2026-03-06T12:04:59.999Z', '2026-03-06T12:05:00.000Z'],
  // 9:00 in New York, before and after the clocks go forward on 8 March.
  ['0 9 * * 1-5', 'America/New_York', '2026-03-06T12:00:00Z', '2026-03-06T14:00:00.000Z'],
  ['0 9 * * 1-5', 'America/New_York', '2026-03-06T14:00:00Z', '2026-03-09T13:00:00.000Z'],
  // In Berlin, 29 March 2026 has no 2:30: due when the clocks have gone from 2:00 to 3:00, and once.
  ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-29T01:00:00.000Z'],
  ['30 2 * * *', 'Europe/Berlin', '2026-03-29T01:00:00Z', '2026-03-30T00:30:00.000Z'],
  // 25 October 2026 has it twice: due the first time alone.
  ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', '2026-10-25T00:30:00.000Z'],
  ['30 2 * * *', 'Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00.000Z'],
  ['30 2 * * *', 'Europe/Berlin', '2026-10-25T01:10:00Z', '2026-10-26T01:30:00.000Z'],
  // A quarter of an hour passes in both hours.
  ['*/15 * * * *', 'Europe/Berlin', '2026-10-25T00:45:00Z', '2026-10-25T01:00:00.000Z'],
  ['*/15 * * * *', 'Europe/Berlin', '2026-10-25T01:30:00Z', '2026-10-25T01:45:00.000Z'],
  ['0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['0 0 31 2 *', 'UTC', '2026-01-01T00:00:00Z', null],
] as const)('%s in %s after %s is due at %s', ([cronExpr, timezone, after, due]) => {
  expect(at(cronExpr, timezone, after)).toBe(due);
});

it('no due time is given for a schedule that is disabled, never due, or whose times cannot be read', () => {
  const times = { cronExpr: '0 9 * * *', timezone: 'UTC', enabled: true };
  expect(
    nextRuns(
      [
        times,
        { ...times, enabled: false },
        { ...times, cronExpr: '0 0 31 2 *' },
        { ...times, cronExpr: 'at nine' },
        { ...times, timezone: 'Mars/Base' },
      ],
      new Date('2026-01-01T00:00:00Z'),
    ).map((next) => next?.toISOString()),
  ).toEqual(['2026-01-01T09:00:00.000Z', undefined, undefined, undefined, undefined]);
});
