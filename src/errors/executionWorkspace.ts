import { UserError } from './userError.ts';

/** Whether an execution workspace can be closed, what speaks against it, and what closing it would do. */
export type CloseReadiness = {
  readonly state: 'READY' | 'READY_WITH_WARNINGS' | 'BLOCKED';
  readonly blockingReasons: readonly 'LIVE_SESSION'[];
  readonly warnings: readonly (
    | 'PULL_REQUEST_OPEN'
    | 'PULL_REQUEST_UNMERGED'
    | 'UNCOMMITTED_WORK'
    | 'UNMERGED_COMMITS'
    | 'NOT_A_REPOSITORY'
    | 'CHECKOUT_MISSING'
    | 'CHECKOUT_UNKNOWN'
  )[];
  /** In the order in which they happen. */
  readonly plannedActions: readonly ('ARCHIVE_RECORD' | 'SAVE_TO_BRANCH' | 'REMOVE_CHECKOUT')[];
};

/** Work in an execution workspace that is closed. */
export class ExecutionWorkspaceClosedError extends UserError {
  static override readonly code = 'EXECUTION_WORKSPACE_CLOSED';
  readonly executionWorkspaceId: string;

  constructor({ id, name }: { id: string; name: string }) {
    super(`The execution workspace "${name}" is closed. Reopen it, or open another one for the session.`);
    this.executionWorkspaceId = id;
  }
}

/** The row has changed since the caller read it. */
export class VersionConflictError extends UserError {
  static override readonly code = 'VERSION_CONFLICT';
  readonly currentVersion: number;

  constructor(currentVersion: number) {
    super(`The execution workspace has changed. Its version is ${currentVersion} now.`);
    this.currentVersion = currentVersion;
  }
}

export class CloseBlockedError extends UserError {
  static override readonly code = 'CLOSE_BLOCKED';
  readonly readiness: CloseReadiness;

  constructor(readiness: CloseReadiness) {
    super(
      readiness.state === 'BLOCKED'
        ? 'The execution workspace cannot be closed yet.'
        : 'Closing the execution workspace has warnings. Accept them to close it.',
    );
    this.readiness = readiness;
  }
}

export class AlreadyClosedError extends UserError {
  static override readonly code = 'ALREADY_CLOSED';

  constructor() {
    super('The execution workspace is closed already.');
  }
}

export class NotClosedError extends UserError {
  static override readonly code = 'NOT_CLOSED';

  constructor() {
    super('The execution workspace is open.');
  }
}

/** A project has one open shared workspace. */
export class SharedWorkspaceOpenError extends UserError {
  static override readonly code = 'SHARED_WORKSPACE_OPEN';
  /** The one that is open. */
  readonly executionWorkspaceId: string;

  constructor({ id, name }: { id: string; name: string }) {
    super(`The shared workspace "${name}" of the project is open already.`);
    this.executionWorkspaceId = id;
  }
}
