/** The enums. Their values are the database's own. */
import * as values from '../../../prisma/client/enums.ts';
import { builder } from './builder.ts';

type Described<Values extends Record<string, string>> = Record<keyof Values, string>;

/** An enum of the database's, with a description for each of its values. */
function dbEnum<Values extends Record<string, string>>(
  name: string,
  _values: Values,
  description: string,
  descriptions: Described<Values>,
) {
  return builder.enumType(name, {
    description,
    values: Object.fromEntries(
      Object.entries<string>(descriptions).map(([value, text]) => [value, { value, description: text }]),
    ) as { [Value in Values[keyof Values]]: { value: Value; description: string } },
  });
}

export const MembershipRole = dbEnum('MembershipRole', values.MembershipRole, 'What a member may do.', {
  OWNER: 'Everything.',
  ADMIN: 'Everything but what concerns owners, and granting OWNER.',
  MEMBER:
    'Read everything; hire agents; spawn and terminate sessions, claim pull requests; direct and offboard the agents it hired; make tokens for itself and for them.',
});

export const ProjectKind = dbEnum('ProjectKind', values.ProjectKind, 'What a project works on.', {
  SINGLE_REPO: 'One repository.',
  SCRATCH: 'No repository: its sessions cannot claim pull requests.',
});

export const AgentStatus = dbEnum('AgentStatus', values.AgentStatus, 'Whether an agent works.', {
  PENDING: 'Its container is being started. RUNNING, ERROR or STOPPED comes next.',
  RUNNING: 'It works. ERROR or STOPPED comes next. Only now may it watch repositories and run sessions.',
  STOPPED: 'It was offboarded. Nothing comes next: whoever is hired in its place is another agent.',
  ERROR: 'Its container did not start, or died. It holds nothing any more; STOPPED comes next.',
});

export const AgentActionOutcome = dbEnum(
  'AgentActionOutcome',
  values.AgentActionOutcome,
  'What became of something that an agent tried.',
  { ALLOWED: 'It could.', DENIED: 'It was refused.' },
);

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

export const OrgImportMode = dbEnum(
  'OrgImportMode',
  values.OrgImportMode,
  'What an import does with workspaces that exist already.',
  {
    MERGE: 'It creates what is missing and changes nothing else.',
    RECONCILE:
      'It also updates and moves workspaces to what the org file says, and removes those that a move in the file left behind.',
  },
);

export const OrgImportStatus = dbEnum('OrgImportStatus', values.OrgImportStatus, 'Where an import stands.', {
  RUNNING: 'It has started. COMPLETED or FAILED comes next.',
  COMPLETED: 'The whole tree is written. Containers may still be starting.',
  FAILED: 'Nothing was written.',
});

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

export const PullRequestState = dbEnum(
  'PullRequestState',
  values.PullRequestState,
  'Where a pull request stands. Merged counts before closed, closed before draft.',
  {
    DRAFT: 'Open, and not ready for review.',
    OPEN: 'Open.',
    MERGED: 'Merged.',
    CLOSED: 'Closed without a merge.',
  },
);

export const CiState = dbEnum('CiState', values.CiState, 'What the checks of the head commit say together.', {
  UNKNOWN: 'There are none, or nothing is known of them.',
  PENDING: 'Some still run.',
  PASSING: 'All passed.',
  FAILING: 'One failed.',
});

export const ReviewDecision = dbEnum('ReviewDecision', values.ReviewDecision, 'What the reviews say.', {
  NONE: 'Nothing: no review is required and none decided.',
  APPROVED: 'Approved.',
  CHANGES_REQUESTED: 'Changes are asked for.',
  REVIEW_REQUIRED: 'A review is required and not there yet.',
});

export const Mergeability = dbEnum('Mergeability', values.Mergeability, 'Whether it could be merged now.', {
  UNKNOWN: 'The host has not worked it out.',
  MERGEABLE: 'Yes.',
  CONFLICTING: 'No: it conflicts with its target.',
  BLOCKED: 'No: a rule, a review or a check stands in the way.',
  UNSTABLE: 'Yes, though a check that is not required did not pass.',
});

export const CheckStatus = dbEnum('CheckStatus', values.CheckStatus, 'Where a check stands.', {
  UNKNOWN: 'Nothing is known of it.',
  QUEUED: 'It waits to run.',
  IN_PROGRESS: 'It runs.',
  PASSED: 'It passed, or had nothing to object to.',
  FAILED: 'It failed, timed out, could not start, or wants an action.',
  SKIPPED: 'It was skipped, or is out of date.',
  CANCELLED: 'It was cancelled.',
});

export const ActorKind = dbEnum('ActorKind', values.ActorKind, 'Who made a change.', {
  USER: 'A person, through the API.',
  AGENT: 'An agent, through the API.',
  SYSTEM: 'Muster itself, in a job.',
  DATABASE: 'Another program, at the database.',
});
