/**
 * One writer of one-row transactions: how much of its speed it keeps with the triggers. Rounds are short and in turns,
 * and shares are taken within a round, so that other load on the machine meets all alike; the median is printed.
 */
import { say } from '../support/figures.ts';
import type { Load, LoadOrder } from './writers.ts';

const ROUNDS = 15;
const MS = 1_000;

/** The ids of the rows that each change is made to. */
export type Changed = Record<LoadOrder['change'], string[]>;

/** Databases that are copies of each other, but for their triggers. */
type Urls = { bare: string; ruled: string; captured: string };

export async function measureOneWriter(
  ask: (order: LoadOrder) => Promise<Load>,
  urls: Urls,
  changed: Changed,
  between: () => Promise<void>,
): Promise<void> {
  say(`1 writer of one row, ${ROUNDS} rounds of ${MS / 1000} s in turns, medians`);
  for (const [change, ids] of Object.entries(changed) as [keyof Changed, string[]][]) {
    const rounds: Record<keyof Urls, number>[] = [];
    const used = {
      bare: { commits: 0, cpuMs: 0 },
      ruled: { commits: 0, cpuMs: 0 },
      captured: { commits: 0, cpuMs: 0 },
    };
    for (let round = -1; round < ROUNDS; round += 1) {
      const rates = { bare: 0, ruled: 0, captured: 0 };
      for (const [way, url] of Object.entries(urls) as [keyof Urls, string][]) {
        const { commits, ms, cpuMs } = await ask({ url, change, ids, writers: 1, ms: MS });
        rates[way] = (1000 * commits) / ms;
        // The first one warms up.
        if (round < 0) continue;
        used[way].commits += commits;
        used[way].cpuMs += cpuMs;
      }
      if (round >= 0) rounds.push(rates);
      await between();
    }
    const middle = (of: (rates: Record<keyof Urls, number>) => number) =>
      rounds.map(of).toSorted((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? Number.NaN;
    const share = (of: keyof Urls, base: keyof Urls) =>
      `${(100 * middle((rates) => rates[of] / rates[base])).toFixed(0)} %`;
    say(
      `${change}: ${middle(({ bare }) => bare).toFixed(0)}/s without any trigger, keeps ${share('ruled', 'bare')} with its rules, ` +
        `${share('captured', 'bare')} captured too (${share('captured', 'ruled')} of that with its rules)`,
    );
    const cpu = (of: keyof Urls) => `${((1000 * used[of].cpuMs) / used[of].commits).toFixed(0)} µs`;
    say(
      `  database CPU of an update: ${cpu('bare')} without any trigger, ${cpu('ruled')} with its rules, ${cpu('captured')} captured too`,
    );
  }
}
