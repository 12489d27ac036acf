/** Why a command ended early: a person or a supervisor asked it to. */
export class StoppedBySignal extends Error {
  constructor(signal: NodeJS.Signals) {
    super(`Stopped by ${signal}.`);
  }
}

/** Ctrl-C, a supervisor's request, and the end of the terminal. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Aborts at the first signal, with StoppedBySignal as its reason. From this call on, signals no longer end the process by
 * themselves: an embedded PostgreSQL would outlive it.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  // Never removed: a terminal and npm both forward Ctrl-C, and a second signal must not interrupt the stop.
  for (const name of SIGNALS) process.on(name, () => controller.abort(new StoppedBySignal(name)));
  return controller.signal;
}
