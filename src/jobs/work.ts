/** Which service does the work of each queue. */
import { z } from 'zod';
import { forgetExpiredKeys } from '../services/act/expiredKey.ts';
import { reconcileAgents } from '../services/container/reconcileAgents.ts';
import { startAgent } from '../services/container/startAgent.ts';
import { teardownContainer } from '../services/container/teardownContainer.ts';
import { cleanUpCheckout } from '../services/executionWorkspace/cleanUpCheckout.ts';
import { createCheckout } from '../services/executionWorkspace/createCheckout.ts';
import { sweepExecutionWorkspaces } from '../services/executionWorkspace/sweep.ts';
import { failAbandonedImports } from '../services/orgImport/abandonedImport.ts';
import { countProvisioned } from '../services/orgImport/importProgress.ts';
import type { JobOutcome, JobRun } from '../services/port/job.ts';
import type { Runtime } from '../services/port/runtime.ts';
import { refreshAgain } from '../services/pullRequest/refreshAgain.ts';
import { claimDueSchedules } from '../services/schedule/claimDueSchedules.ts';
import { fillNextRuns } from '../services/schedule/fillNextRuns.ts';
import { runSchedule } from '../services/schedule/runSchedule.ts';
import { stampSilentSessions } from '../services/session/silentSession.ts';
import { markSilentWorkspaces } from '../services/workspace/silentWorkspace.ts';
import { EVERY_SECONDS, type QueueName } from './queue.ts';

export type Work = {
  queue: QueueName;
  /** The most jobs at once in one process. */
  concurrency: number;
  /** How often to poll for jobs that no nudge announced, in seconds. */
  pollSeconds: number;
  do(run: JobRun, data: unknown): Promise<JobOutcome>;
};

const CONTAINERS_AT_ONCE = 4;
const CHECKOUTS_AT_ONCE = 4;
const SCHEDULES_AT_ONCE = 4;
const REFRESHES_AT_ONCE = 2;
const POLL_SECONDS = 2;
const MAX_POLL_SECONDS = 60;

const startData = z.object({ agentId: z.uuid() });
const teardownData = z.object({ agentId: z.uuid(), containerRef: z.string().nullable() });
const refreshData = z.object({ pullRequestId: z.uuid(), attempt: z.int().positive() });
const createCheckoutData = z.object({ executionWorkspaceId: z.uuid() });
const cleanupData = z.object({
  executionWorkspaceId: z.uuid(),
  generation: z.int(),
  checkoutRef: z.string(),
});
const scheduleData = z.object({ scheduleId: z.uuid(), claimedAt: z.iso.datetime().pipe(z.coerce.date()) });

/** The work of a process with this runtime. Without one, it leaves containers and checkouts to processes that have one. */
export function workOf({ kind }: Runtime): Work[] {
  return kind === 'none' ? ANYWHERE : [...CONTAINERS, ...CHECKOUTS, ...ANYWHERE];
}

const containerWork = { concurrency: CONTAINERS_AT_ONCE, pollSeconds: POLL_SECONDS };
const recurring = (queue: keyof typeof EVERY_SECONDS) => ({
  queue,
  concurrency: 1,
  pollSeconds: Math.min(MAX_POLL_SECONDS, EVERY_SECONDS[queue]),
});

const CONTAINERS: Work[] = [
  { queue: 'agent.start', ...containerWork, do: (run, data) => startAgent(run, startData.parse(data)) },
  {
    queue: 'agent.teardown',
    ...containerWork,
    do: (run, data) => teardownContainer(run, teardownData.parse(data)),
  },
  { ...recurring('agent.reconcile'), do: reconcileAgents },
];

const checkoutWork = { concurrency: CHECKOUTS_AT_ONCE, pollSeconds: POLL_SECONDS };

const CHECKOUTS: Work[] = [
  {
    queue: 'checkout.create',
    ...checkoutWork,
    do: (run, data) => createCheckout(run, createCheckoutData.parse(data)),
  },
  {
    queue: 'checkout.cleanup',
    ...checkoutWork,
    do: (run, data) => cleanUpCheckout(run, cleanupData.parse(data)),
  },
];

const SCHEDULES: Work[] = [
  {
    ...recurring('schedule.due'),
    async do(run) {
      const filled = await fillNextRuns(run);
      return { filled, ...(await claimDueSchedules(run)) };
    },
  },
  {
    queue: 'schedule.run',
    concurrency: SCHEDULES_AT_ONCE,
    pollSeconds: POLL_SECONDS,
    do: (run, data) => runSchedule(run, scheduleData.parse(data)),
  },
];

const HOUSEKEEPING: Work[] = [
  {
    ...recurring('session.silence'),
    do: async ({ db }) => ({ stamped: await stampSilentSessions(db) }),
  },
  {
    ...recurring('workspace.silence'),
    do: async ({ db }) => ({ stamped: await markSilentWorkspaces(db) }),
  },
  { ...recurring('executionWorkspace.sweep'), do: sweepExecutionWorkspaces },
  {
    ...recurring('import.sweep'),
    do: async (run) => ({ failed: await failAbandonedImports(run) }),
  },
  {
    ...recurring('import.progress'),
    do: async (run) => ({ changed: await countProvisioned(run) }),
  },
  { ...recurring('key.expiry'), do: async ({ db }) => ({ forgotten: await forgetExpiredKeys(db) }) },
];

const PULL_REQUESTS: Work[] = [
  {
    queue: 'pullRequest.refresh',
    concurrency: REFRESHES_AT_ONCE,
    pollSeconds: POLL_SECONDS,
    do: (run, data) => refreshAgain(run, refreshData.parse(data)),
  },
];

const ANYWHERE: Work[] = [...SCHEDULES, ...PULL_REQUESTS, ...HOUSEKEEPING];
