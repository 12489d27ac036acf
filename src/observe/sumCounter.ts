import { Counter, type Registry } from 'prom-client';

/** A counter without labels whose sum is kept apart: some are counted up a hundred thousand times a second. */
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
