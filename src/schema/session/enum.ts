import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const SessionKind = dbEnum('SessionKind', values.SessionKind, 'What a session is for.', {
  WORKER: 'Works itself, and may claim pull requests.',
  ORCHESTRATOR: 'Directs others, and claims nothing.',
});

export const ActivityState = dbEnum('ActivityState', values.ActivityState, 'What a session is doing.', {
  ACTIVE: 'It works.',
  IDLE: 'It waits for work.',
  WAITING_INPUT: 'It waits for a person to say something.',
  BLOCKED: 'It waits for a person to decide something.',
  EXITED: 'Its process has ended. The session lives on until it is terminated.',
});

export const SessionDisplayStatus = dbEnum(
  'SessionDisplayStatus',
  values.SessionDisplayStatus,
  'What people see of a session: derived from what it does and from its pull requests.',
  {
    NEEDS_INPUT: 'It waits for a person.',
    EXITED: 'Its process has ended.',
    NO_SIGNAL: 'Its agent has not signalled since it was launched, for more than 90 seconds.',
    CI_FAILED: 'A check failed.',
    CHANGES_REQUESTED: 'A reviewer asks for changes, or a thread of a person is unresolved.',
    DRAFT: 'A pull request is a draft.',
    REVIEW_PENDING: 'A review is required.',
    PR_OPEN: 'A pull request is open, and nothing is asked of anybody.',
    APPROVED: 'Approved, and not yet mergeable.',
    MERGEABLE: 'Can be merged.',
    MERGED: 'A pull request was merged and none is open; of a terminated session, that one was merged.',
    IDLE: 'It waits for work.',
    WORKING: 'It is active, whatever its pull requests say.',
    TERMINATED: 'It was terminated without a merge.',
  },
);

export const SessionLane = dbEnum(
  'SessionLane',
  values.SessionLane,
  'The column of a board that a session stands in, derived from its display status.',
  {
    WORKING: 'Working or idle.',
    NEEDS_YOU: 'Needs input, has exited, gives no signal, failed its checks, or has changes requested.',
    IN_REVIEW: 'Has a pull request that waits for others.',
    READY_TO_MERGE: 'Approved, mergeable or merged.',
    ARCHIVE: 'Terminated: exactly then.',
  },
);
