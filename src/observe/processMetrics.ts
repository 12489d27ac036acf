import { collectDefaultMetrics, Registry } from 'prom-client';

let registry: Registry | undefined;

/**
 * What Node.js knows of its own process: memory, event loop, garbage. Of these there is one registry for all apps in a
 * process: they are the process's, and their observers, once begun, go on until it ends.
 */
export function processRegistry(): Registry {
  if (!registry) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}
