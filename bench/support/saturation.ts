/** A process that used this much of a core's time was what limited the rate. */
const SATURATED = 0.85;

/** How busy the server and the load generator were, and which of them limited the rate. */
export function saturation({ cpu, loadCpu, ms }: { cpu: number; loadCpu: number; ms: number }): string {
  const limits = [
    ...(cpu / ms >= SATURATED ? ['server'] : []),
    ...(loadCpu / ms >= SATURATED ? ['load'] : []),
  ];
  const share = (of: number) => `${((100 * of) / ms).toFixed(0)} %`;
  return `${share(cpu)} / ${share(loadCpu)}: ${limits.join(' and ') || 'neither'}`;
}
