import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const WorkspaceStatus = dbEnum(
  'WorkspaceStatus',
  values.WorkspaceStatus,
  'Whether a workspace works. It follows the agent that works in it, and that agent’s heartbeats.',
  {
    PROVISIONING: 'No agent works in it yet, or the agent’s container is being started.',
    ONLINE: 'Its agent runs.',
    OFFLINE: 'Its agent has sent heartbeats, and none for 180 seconds.',
    DEGRADED:
      'The last heartbeat reported that its agent is wedged, or an error rate of 0.5 or more. It is ONLINE again below 0.1.',
    FAILED: 'Its agent is in ERROR. Offboard the agent to hire another one.',
    REMOVED: 'It was removed. Final.',
  },
);

export const WorkspaceItemSource = dbEnum(
  'WorkspaceItemSource',
  values.WorkspaceItemSource,
  'What made a schedule or a channel of a workspace.',
  {
    TEMPLATE: 'An import of an org file. An import in the mode RECONCILE keeps it equal to the file.',
    RUNTIME: 'A person or a program. No import changes it.',
  },
);

export const ScheduleOutcome = dbEnum(
  'ScheduleOutcome',
  values.ScheduleOutcome,
  'What happened when a schedule was last due.',
  {
    SPAWNED: 'A session was spawned with its prompt.',
    RESUMED: 'A session that was there continued with its prompt.',
    SKIPPED: 'Nothing was started. `lastReason` says why.',
    FAILED: 'A session could not be started. `lastReason` says why.',
  },
);
