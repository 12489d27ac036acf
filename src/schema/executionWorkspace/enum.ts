import * as values from '../../../prisma/client/enums.ts';
import type { CloseReadiness } from '../../errors/errors.ts';
import { builder } from '../kit/builder.ts';
import { dbEnum } from '../kit/enum.ts';

export const ExecutionWorkspaceMode = dbEnum(
  'ExecutionWorkspaceMode',
  values.ExecutionWorkspaceMode,
  'The way in which sessions share an execution workspace.',
  {
    SHARED_WORKSPACE:
      'The sessions of a project work in one directory. A project has one open execution workspace in this mode.',
    ISOLATED_WORKSPACE:
      'The execution workspace has a checkout of its own. Once it is closed, its sessions can neither report activity nor claim pull requests.',
    OPERATOR_BRANCH: 'The sessions work on a branch that a person checked out.',
    ADAPTER_MANAGED: 'The harness of the agent manages the checkout.',
    CLOUD_SANDBOX: 'The checkout is in a sandbox at a cloud provider.',
  },
);

export const ExecutionWorkspaceStrategy = dbEnum(
  'ExecutionWorkspaceStrategy',
  values.ExecutionWorkspaceStrategy,
  'The way in which the checkout of an execution workspace is made. It follows from the mode.',
  {
    PROJECT_PRIMARY: 'The primary directory of the project is used.',
    GIT_WORKTREE: 'A worktree of the repository of the project is used.',
    ADAPTER_MANAGED: 'The harness of the agent decides.',
    CLOUD_SANDBOX: 'The cloud provider clones the repository.',
  },
);

export const ExecutionWorkspaceProvider = dbEnum(
  'ExecutionWorkspaceProvider',
  values.ExecutionWorkspaceProvider,
  'The provider of the checkout of an execution workspace.',
  {
    LOCAL_FS: 'A person or a program other than Muster made the directory. Muster never removes it.',
    GIT_WORKTREE:
      'The runtime creates the checkout for the execution workspace, and the cleanup after a close removes it.',
    ADAPTER_MANAGED: 'The harness of the agent. Muster never removes its checkouts.',
    CLOUD_SANDBOX: 'A cloud provider. Muster never removes its sandboxes.',
  },
);

export const ExecutionWorkspaceStatus = dbEnum(
  'ExecutionWorkspaceStatus',
  values.ExecutionWorkspaceStatus,
  'The status of an execution workspace. ARCHIVED and CLEANUP_FAILED are closed, the others open.',
  {
    ACTIVE: 'The execution workspace is open for work.',
    IDLE: 'The execution workspace is open, and no session works in it for now.',
    IN_REVIEW: 'The execution workspace is open, and its work waits for a review.',
    ARCHIVED: 'The execution workspace is closed. `cleanupEligibleAt` says whether a cleanup is due.',
    CLEANUP_FAILED: 'The execution workspace is closed, and its cleanup failed. `cleanupReason` says why.',
  },
);

type Values<Key extends keyof CloseReadiness> = CloseReadiness[Key] extends readonly (infer Value extends
  string)[]
  ? Value
  : CloseReadiness[Key] & string;

/** Declares an enum of the values that a property of a CloseReadiness has. */
function readinessEnum<Key extends keyof CloseReadiness>(
  name: string,
  _key: Key,
  description: string,
  descriptions: Record<Values<Key>, string>,
) {
  const values = Object.entries<string>(descriptions).map(([value, text]) => [
    value,
    { value, description: text },
  ]);
  return builder.enumType(name, {
    description,
    values: Object.fromEntries(values) as { [Value in Values<Key>]: { value: Value; description: string } },
  });
}

export const CloseReadinessState = readinessEnum(
  'CloseReadinessState',
  'state',
  'Whether an execution workspace can be closed.',
  {
    READY: 'The execution workspace can be closed.',
    READY_WITH_WARNINGS: 'The execution workspace can be closed with `acceptWarnings`.',
    BLOCKED: 'The execution workspace cannot be closed until the blocking reasons are gone.',
  },
);

export const CloseBlockingReason = readinessEnum(
  'CloseBlockingReason',
  'blockingReasons',
  'A reason why an execution workspace cannot be closed.',
  { LIVE_SESSION: 'A session in the execution workspace is not terminated.' },
);

export const CloseWarning = readinessEnum(
  'CloseWarning',
  'warnings',
  'A reason to think twice before closing an execution workspace. The warnings about the checkout exist only for checkouts that the runtime created.',
  {
    PULL_REQUEST_OPEN: 'A pull request that a session of the execution workspace holds is open.',
    PULL_REQUEST_UNMERGED:
      'A pull request that a session of the execution workspace holds was closed, and its branch was not merged by another one.',
    UNCOMMITTED_WORK:
      'The checkout has changed or untracked files. The cleanup saves them to a branch before it removes the checkout.',
    UNMERGED_COMMITS:
      'The branch of the checkout has commits that neither a merged pull request nor the base branch has. The branch stays after the cleanup.',
    NOT_A_REPOSITORY: 'The directory is not a git repository. The cleanup keeps it.',
    CHECKOUT_MISSING: 'The checkout does not exist.',
    CHECKOUT_UNKNOWN: 'The runtime did not say in what state the checkout is.',
  },
);

export const ClosePlannedAction = readinessEnum(
  'ClosePlannedAction',
  'plannedActions',
  'A step of closing an execution workspace.',
  {
    ARCHIVE_RECORD: 'The status becomes ARCHIVED.',
    SAVE_TO_BRANCH:
      'Uncommitted work is committed to a branch of its own, which `cleanupWarnings` then names.',
    REMOVE_CHECKOUT: 'The checkout, which the runtime created, is removed. Its branches stay.',
  },
);
