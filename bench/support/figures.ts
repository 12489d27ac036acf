/** Percentiles of raw measurements. Rounds are merged first, because percentiles cannot be averaged. */

export type Percentiles = { p50: number; p99: number; max: number; count: number };

export function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1), count: sorted.length };
}

export function inWords({ p50, p99, max, count }: Percentiles): string {
  return `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms (${count})`;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A clock that all processes of the machine share, in milliseconds. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
