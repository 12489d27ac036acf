/** Rounds in turns, and what is said of them. */
import { percentiles, say } from '../support/figures.ts';
import { saturation } from '../support/saturation.ts';
import { sayTable } from '../support/table.ts';
import { costOf, type Figures, measure, merged, type Sockets } from './measure.ts';
import type { Way } from './way.ts';
import { CEILING } from './ways.ts';

export type RoundsOrder = { events: number; rounds: number; ms: number };

/** The figures of each server. */
export async function measureRounds(
  ways: Way[],
  sockets: Sockets,
  { events, rounds, ms }: RoundsOrder,
): Promise<Map<string, Figures>> {
  const found = new Map<string, Figures[]>(ways.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const way of ways) {
      const figures = await measure(way, sockets, events, ms);
      // The first round warms up.
      if (round > 0) found.get(way.name)?.push(figures);
    }
  }
  return new Map([...found].map(([name, each]) => [name, merged(each)]));
}

export function sayRounds(found: Map<string, Figures>): void {
  const ceiling = found.get(CEILING);
  sayTable([
    [
      'server',
      'CPU µs/delivery',
      '× ws',
      'deliveries/s',
      'p50 ms',
      'p99 ms',
      'server / load busy, the limit',
    ],
    ...[...found].map(([name, figures]) => {
      const { p50, p99 } = percentiles(figures.latencies);
      return [
        name,
        costOf(figures).toFixed(1),
        (costOf(figures) / (ceiling ? costOf(ceiling) : Number.NaN)).toFixed(2),
        ((1_000 * figures.deliveries) / figures.ms).toFixed(0),
        p50.toFixed(1),
        p99.toFixed(1),
        saturation(figures),
      ];
    }),
  ]);
  for (const [name, { cpu, unheardCpu, deliveries }] of found) {
    if (unheardCpu === 0) continue;
    const each = (ms: number) => `${((ms * 1_000) / deliveries).toFixed(1)} µs`;
    say(`(${name}: ${each(cpu)} less ${each(unheardCpu)} for as many changes that nobody hears)`);
  }
}
