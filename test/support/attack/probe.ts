/** Loaded into an attacked server: measures its event loop and its memory, and reports them over IPC. */
const SAMPLE_MS = 10;

let peakBytes = 0;
let longestMs = 0;
let last = busyMs();

/** Of this thread's own work: a machine that is busy with other tests does not count as a blocked event loop. */
function busyMs(): number {
  // Node.js 22 has no such measure.
  if (!process.threadCpuUsage) return performance.now();
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

function sample(): void {
  const now = busyMs();
  longestMs = Math.max(longestMs, now - last);
  last = now;
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}

setInterval(sample, SAMPLE_MS).unref();

export type Reading = {
  /** The thread's work since its start. */
  busyMs: number;
  /** The most work between two runs of a timer of 10 ms: so long did other timers and requests wait at most. */
  blockedMs: number;
  peakBytes: number;
};

/** Answers every message; after `reset`, the maxima begin anew. */
process.on('message', (message) => {
  sample();
  process.send?.({ busyMs: last, blockedMs: longestMs, peakBytes } satisfies Reading);
  if (message !== 'reset') return;
  longestMs = 0;
  peakBytes = 0;
});
process.channel?.unref();
