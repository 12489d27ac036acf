import { Counter, type Registry } from 'prom-client';

/** A counter that adds to a plain number, because some counters increase a hundred thousand times a second. */
export function sumCounter(registry: Registry, { name, help }: { name: string; help: string }) {
  let sum = 0;
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(sum);
    },
  });
  return {
    add(count: number) {
      sum += count;
    },
  };
}
