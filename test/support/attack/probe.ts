/** Loaded into an attacked server: measures its event loop and memory, and reports them over IPC. */
const SAMPLE_MS = 10;

let peakBytes = 0;
let longestMs = 0;
let last = busyMs();

/** The CPU time of this thread: on a machine that is busy with other tests the event loop does not count as blocked. */
function busyMs(): number {
  // Node.js 22 has no CPU time of a thread.
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
  /** The CPU time of the thread since its start. */
  busyMs: number;
  /** The most work between two runs of a timer of 10 ms: other timers and requests waited no longer. */
  blockedMs: number;
  peakBytes: number;
};

/** Answers every message. After `reset` the maxima start again at 0. */
process.on('message', (message) => {
  sample();
  process.send?.({ busyMs: last, blockedMs: longestMs, peakBytes } satisfies Reading);
  if (message !== 'reset') return;
  longestMs = 0;
  peakBytes = 0;
});
process.channel?.unref();
