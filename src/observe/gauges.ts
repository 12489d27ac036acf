import { Gauge, type Registry } from 'prom-client';

/** One gauge of a source. `read` returns null while the value is unknown. */
export type GaugeOf<Source> = [name: string, help: string, read: (source: Source) => number | null];

/** Returns a function that sets the gauges from a source before each scrape. Without a source, the gauges are absent. */
export function createGauges<Source>(
  registry: Registry,
  figures: readonly GaugeOf<Source>[],
): (source: Source | undefined) => void {
  const gauges = figures.map(([name, help, read]) => ({
    gauge: new Gauge({ name, help, registers: [registry] }),
    read,
  }));
  return (source) => {
    for (const { gauge, read } of gauges) set(gauge, source === undefined ? null : read(source));
  };
}

/** An unknown value is absent, not zero and not the previous value. */
function set(gauge: Gauge, value: number | null): void {
  if (value === null) gauge.remove();
  else gauge.set(value);
}
