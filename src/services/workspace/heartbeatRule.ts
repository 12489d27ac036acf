import type { WorkspaceStatus } from '../../../prisma/client/enums.ts';

/** A workspace is DEGRADED at this error rate or a higher one. */
const DEGRADED_FROM = 0.5;
/**
 * A DEGRADED workspace is ONLINE again below this error rate. Between the two limits, DEGRADED stays DEGRADED, so that
 * the status does not flicker.
 */
const RECOVERED_BELOW = 0.1;

/** The status of a live workspace after a heartbeat. */
export function statusAfterHeartbeat(
  status: WorkspaceStatus,
  { errorRate, isWedged }: { errorRate: number; isWedged: boolean },
): WorkspaceStatus {
  if (isWedged || errorRate >= DEGRADED_FROM) return 'DEGRADED';
  return status === 'DEGRADED' && errorRate >= RECOVERED_BELOW ? 'DEGRADED' : 'ONLINE';
}
