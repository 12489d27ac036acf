import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const SessionKind = dbEnum('SessionKind', values.SessionKind, 'The purpose of a session.', {
  WORKER: 'The session works itself and can claim pull requests.',
  ORCHESTRATOR:
    'The session directs other sessions and cannot claim pull requests. A project has at most one that is not terminated.',
});

export const ActivityState = dbEnum(
  'ActivityState',
  values.ActivityState,
  'The activity of a session, as its process reports it.',
  {
    ACTIVE: 'The session works.',
    IDLE: 'The session waits for work.',
    WAITING_INPUT: 'The session waits for an answer from a person.',
    BLOCKED: 'The session waits for a decision by a person.',
    EXITED: "The session's process has ended. The session stays live until it is terminated.",
  },
);

export const SessionDisplayStatus = dbEnum(
  'SessionDisplayStatus',
  values.SessionDisplayStatus,
  "The status of a session that people see. The database derives it from the session's activity and its pull requests. Of several pull requests, the worst one counts.",
  {
    NEEDS_INPUT: 'The session waits for a person: its activity is WAITING_INPUT or BLOCKED.',
    EXITED: "The session's process has ended, and the session is not terminated.",
    NO_SIGNAL:
      "The session's agent has not reported for more than 90 seconds since the session was spawned or restored, or, while it is ACTIVE or IDLE, for longer than `Project.silentAfterMinutes`.",
    CI_FAILED:
      'The checks of a pull request fail. Where the host says which checks are required, only those count.',
    CONFLICTS: 'A pull request conflicts with its target branch.',
    CHANGES_REQUESTED:
      'A reviewer requests changes, or a review thread of a person other than the author is unresolved.',
    AWAITING_APPROVAL: "The workflows of a pull request wait for a person's approval to run.",
    DRAFT: 'A pull request is a draft.',
    REVIEW_PENDING: 'A required review of a pull request is missing.',
    PR_OPEN: 'A pull request is open, and no other status applies to it.',
    APPROVED: 'A pull request is approved, but its host would not merge it yet.',
    QUEUED: 'A pull request is in the merge queue of its host.',
    MERGEABLE: 'The host would merge a pull request now.',
    MERGED:
      'A pull request was merged and none is open. A terminated session is MERGED when at least one of its pull requests was merged.',
    IDLE: 'The session waits for work.',
    WORKING: 'The session works. Its pull requests do not affect this status.',
    TERMINATED: 'The session was terminated, and none of its pull requests was merged.',
  },
);

export const SessionLane = dbEnum(
  'SessionLane',
  values.SessionLane,
  'The column of a board that a session belongs to, derived from its display status.',
  {
    WORKING: 'The session is WORKING or IDLE.',
    NEEDS_YOU:
      'The session is NEEDS_INPUT, EXITED, NO_SIGNAL, CI_FAILED, CONFLICTS, CHANGES_REQUESTED or AWAITING_APPROVAL: a person has to act.',
    IN_REVIEW: 'The session is REVIEW_PENDING, PR_OPEN, DRAFT, APPROVED or QUEUED: it waits for others.',
    READY_TO_MERGE: 'The session is MERGEABLE or MERGED.',
    ARCHIVE: 'The session is terminated.',
  },
);
