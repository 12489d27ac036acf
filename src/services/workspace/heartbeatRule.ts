import type { WorkspaceStatus } from '../../../prisma/client/enums.ts';

/** From this share of errors on, a workspace is DEGRADED. */
const DEGRADED_FROM = 0.5;
/** Below this share it recovers. Between the two it stays what it is, so that it does not flicker. */
const RECOVERED_BELOW = 0.1;

/** The status of a live workspace whose agent reports this. */
export function statusAfterHeartbeat(
  status: WorkspaceStatus,
  { errorRate, isWedged }: { errorRate: number; isWedged: boolean },
): WorkspaceStatus {
  if (isWedged || errorRate >= DEGRADED_FROM) return 'DEGRADED';
  return status === 'DEGRADED' && errorRate >= RECOVERED_BELOW ? 'DEGRADED' : 'ONLINE';
}
