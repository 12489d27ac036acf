import { Gauge, type Registry } from 'prom-client';

/** How one figure of something is read; null while it is not known. */
export type GaugeOf<Source> = [name: string, help: string, read: (source: Source) => number | null];

/** The returned function takes the figures from a source, and is called before each scrape; without one they are absent. */
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

/** A value that is not known is absent, rather than zero or what it was. */
function set(gauge: Gauge, value: number | null): void {
  if (value === null) gauge.remove();
  else gauge.set(value);
}
