import type { Logger } from 'pino';

const DEADLINE_MS = 15_000;

/** Waits for a signal, then stops in order. Exits at once when that takes too long. */
export async function untilStopped(stop: () => Promise<void>, log: Logger): Promise<void> {
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    // Never removed: a terminal and npm both forward Ctrl-C, and a second signal must not interrupt the stop.
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => resolve(name));
  });
  log.info({ signal }, 'stopping');
  const deadline = setTimeout(() => {
    log.error('stopping took too long: exiting');
    process.exit(1);
  }, DEADLINE_MS);
  await stop();
  clearTimeout(deadline);
  log.info('stopped');
}
