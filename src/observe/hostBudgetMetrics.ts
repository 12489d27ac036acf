import { Gauge, type Registry } from 'prom-client';

export type HostBudgetFigures = { host: string; limit: number; remaining: number };

/** Reads the budget before each scrape. Unknown values are absent. */
export function observeHostBudget(registry: Registry, read: () => HostBudgetFigures | null): void {
  const gaugeOf = (name: string, help: string, value: (figures: HostBudgetFigures) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['host'],
      registers: [registry],
      collect() {
        const figures = read();
        if (figures) this.set({ host: figures.host }, value(figures));
      },
    });
  gaugeOf(
    'muster_host_budget_limit',
    'Points an hour that the token may spend on the source-code host.',
    ({ limit }) => limit,
  );
  gaugeOf(
    'muster_host_budget_remaining',
    'Points that remain until the reset.',
    ({ remaining }) => remaining,
  );
}
