import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const WorkspaceStatus = dbEnum(
  'WorkspaceStatus',
  values.WorkspaceStatus,
  "The status of a workspace. It follows from the status of the workspace's agent and from the agent's heartbeats.",
  {
    PROVISIONING: "The workspace has no agent, or the agent's container is being started.",
    ONLINE: "The workspace's agent is RUNNING, or the workspace is external and no heartbeat says otherwise.",
    OFFLINE: "The workspace's agent has sent heartbeats, but none for more than 180 seconds.",
    DEGRADED:
      'A heartbeat reported that the agent is wedged, or an error rate of 0.5 or more. The status ends with a heartbeat that reports an error rate below 0.1.',
    FAILED:
      "The workspace's agent is in ERROR. It must be offboarded before another agent is hired for the workspace.",
    REMOVED: 'The workspace was removed. This status is final.',
  },
);

export const WorkspaceItemSource = dbEnum(
  'WorkspaceItemSource',
  values.WorkspaceItemSource,
  'The origin of a schedule or a channel of a workspace.',
  {
    TEMPLATE:
      'An import of an org file created the item. An import in the mode RECONCILE makes it equal to the file again.',
    RUNTIME: 'A person or a program created the item. No import changes it.',
  },
);

export const ScheduleOutcome = dbEnum(
  'ScheduleOutcome',
  values.ScheduleOutcome,
  'The outcome of a schedule when it was due.',
  {
    SPAWNED: 'The schedule spawned a session with its prompt.',
    RESUMED: 'The session of an earlier run had finished. It was launched anew with the prompt.',
    SKIPPED: 'The schedule started no session. `lastReason` gives the reason.',
    FAILED: 'The schedule tried to start a session and failed. `lastReason` gives the reason.',
  },
);

export const ScheduleReason = dbEnum(
  'ScheduleReason',
  values.ScheduleReason,
  'The reason why a run of a schedule started no session. When several apply, the first in this order.',
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
