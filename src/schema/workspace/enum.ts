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
  'What came of a run of a schedule.',
  {
    SPAWNED: 'A session was spawned with its prompt.',
    RESUMED: 'The session of an earlier run had finished and was launched anew with its prompt.',
    SKIPPED: 'Nothing was started. `lastReason` says why.',
    FAILED: 'A session could not be started. `lastReason` says why.',
  },
);

export const ScheduleReason = dbEnum(
  'ScheduleReason',
  values.ScheduleReason,
  'Why a run of a schedule started no session. Of several reasons, the first in this order.',
  {
    DISABLED: 'SKIPPED: it was disabled, or its workspace removed, after it had come due.',
    NOT_ONLINE: 'SKIPPED: the workspace was not ONLINE.',
    NO_AGENT: 'SKIPPED: the workspace was vacant.',
    AGENT_NOT_RUNNING: 'SKIPPED: the agent of the workspace was not RUNNING.',
    NO_PROJECT: 'SKIPPED: the schedule names no project.',
    PROJECT_ARCHIVED: 'SKIPPED: its project was archived.',
    SESSION_UNFINISHED:
      'SKIPPED: the session of an earlier run had not finished: it had sent no signal yet, was at work, waited for input or was blocked.',
    INVALID_TIMES:
      'FAILED: another program wrote a cron expression or a time zone that cannot be read. The schedule was disabled.',
    START_FAILED: 'FAILED: every attempt to start a session failed. The log of the server says why.',
  },
);
