import type { Conflict } from './services/template/plan/plan.ts';

/**
 * The errors a caller can foresee. Each is a member of a mutation's result union; anything else that is thrown
 * is a bug or an outage, and reaches the client as a top-level error that leaks nothing.
 */
export abstract class UserError extends Error {
  /** The reason, for programs; each class has its own. */
  static readonly code: string;

  get code(): string {
    return (this.constructor as typeof UserError).code;
  }
}

export type InputIssue = {
  /** Dotted from the mutation's input. */
  path: string;
  message: string;
};

export class InvalidInputError extends UserError {
  static override readonly code = 'INVALID_INPUT';
  readonly issues: InputIssue[];

  constructor(issues: InputIssue[]) {
    super('The input is not valid.');
    this.issues = issues;
  }
}

export type OrgSourceIssue = {
  /** The file, from the root of the source. */
  file: string;
  /** The place in the document, for instance `workspaces[0].children[2].role`; empty when a whole file is meant. */
  path: string;
  /** Counted from 1. */
  line: number;
  /** Counted from 1. */
  column: number;
  message: string;
};

/** An org file, or a file that it includes, cannot be imported. */
export class InvalidOrgSourceError extends UserError {
  static override readonly code = 'INVALID_ORG_SOURCE';
  /** Every problem of the source, in the order of its files and lines. */
  readonly issues: OrgSourceIssue[];

  constructor(issues: OrgSourceIssue[]) {
    super('The org source is not valid.');
    this.issues = issues;
  }
}

/** One constant message: what may not be seen must look exactly like what does not exist. */
export class NotFoundError extends UserError {
  static override readonly code = 'NOT_FOUND';

  constructor() {
    super('There is no such thing, or you may not see it.');
  }
}

/** For what the viewer sees but may not do. */
export class ForbiddenError extends UserError {
  static override readonly code = 'FORBIDDEN';

  constructor(message = 'Your role does not allow this.') {
    super(message);
  }
}

export class IdempotencyConflictError extends UserError {
  static override readonly code = 'IDEMPOTENCY_CONFLICT';

  constructor() {
    super('This idempotency key was already used with another input.');
  }
}

export class SlugTakenError extends UserError {
  static override readonly code = 'SLUG_TAKEN';
  readonly slug: string;

  constructor(slug: string) {
    super(`The slug "${slug}" is already taken.`);
    this.slug = slug;
  }
}

export class AlreadyMemberError extends UserError {
  static override readonly code = 'ALREADY_MEMBER';
  readonly membershipId: string;

  constructor(membershipId: string) {
    super('This person already is a member of the organization.');
    this.membershipId = membershipId;
  }
}

/** An organization keeps an OWNER. */
export class LastOwnerError extends UserError {
  static override readonly code = 'LAST_OWNER';

  constructor() {
    super('An organization keeps at least one OWNER: make somebody else one first.');
  }
}

export class AgentNotRunningError extends UserError {
  static override readonly code = 'AGENT_NOT_RUNNING';
  readonly status: 'PENDING' | 'RUNNING' | 'STOPPED' | 'ERROR';

  constructor(status: 'PENDING' | 'RUNNING' | 'STOPPED' | 'ERROR') {
    super(`The agent is ${status}.`);
    this.status = status;
  }
}

export class RepoAlreadyWatchedError extends UserError {
  static override readonly code = 'REPO_ALREADY_WATCHED';
  readonly agentId: string;

  constructor(repo: { owner: string; name: string }, agent: { id: string; name: string }) {
    super(`The repository ${repo.owner}/${repo.name} is watched by agent "${agent.name}" already.`);
    this.agentId = agent.id;
  }
}

/** REMOVED is final: a removed workspace takes no change. */
export class WorkspaceRemovedError extends UserError {
  static override readonly code = 'WORKSPACE_REMOVED';
  readonly workspaceId: string;

  constructor({ id, name }: { id: string; name: string }) {
    super(`The workspace "${name}" is removed.`);
    this.workspaceId = id;
  }
}

export class WorkspaceNameTakenError extends UserError {
  static override readonly code = 'WORKSPACE_NAME_TAKEN';
  /** The workspace that has the name. */
  readonly workspaceId: string;

  constructor({ id, name }: { id: string; name: string }) {
    super(`Another workspace below the same parent is named "${name}".`);
    this.workspaceId = id;
  }
}

export class WorkspaceCycleError extends UserError {
  static override readonly code = 'WORKSPACE_CYCLE';

  constructor() {
    super('A workspace cannot move below itself.');
  }
}

export class WorkspaceTooDeepError extends UserError {
  static override readonly code = 'WORKSPACE_TOO_DEEP';
  /** The most levels that a tree may have. */
  readonly limit: number;

  constructor(limit: number) {
    super(`A tree of workspaces has at most ${limit} levels.`);
    this.limit = limit;
  }
}

export class WorkspaceOccupiedError extends UserError {
  static override readonly code = 'WORKSPACE_OCCUPIED';
  readonly agentId: string;

  constructor(agent: { id: string; name: string }) {
    super(`Agent "${agent.name}" works in the workspace already.`);
    this.agentId = agent.id;
  }
}

/** A removal that was not confirmed. It says what would be removed. */
export class ConfirmationRequiredError extends UserError {
  static override readonly code = 'CONFIRMATION_REQUIRED';
  readonly workspaceName: string;
  readonly descendantCount: number;
  readonly activeTasks: number;

  constructor(facts: { workspaceName: string; descendantCount: number; activeTasks: number }) {
    super(`Pass the name "${facts.workspaceName}" to confirm the removal.`);
    this.workspaceName = facts.workspaceName;
    this.descendantCount = facts.descendantCount;
    this.activeTasks = facts.activeTasks;
  }
}

export class InvalidPrRefError extends UserError {
  static override readonly code = 'INVALID_PR_REF';

  constructor() {
    super(
      'A pull request is named by its number (142 or #142) or by its URL (https://<host>/<owner>/<repo>/pull/142).',
    );
  }
}

export class SessionTerminatedError extends UserError {
  static override readonly code = 'SESSION_TERMINATED';

  constructor() {
    super('The session is terminated.');
  }
}

export class SessionNotRestorableError extends UserError {
  static override readonly code = 'SESSION_NOT_RESTORABLE';
}

export class SessionNotClaimableError extends UserError {
  static override readonly code = 'SESSION_NOT_CLAIMABLE';
}

export class SessionNoWorkspaceError extends UserError {
  static override readonly code = 'SESSION_NO_WORKSPACE';

  constructor() {
    super('The session has no workspace to work on a pull request in.');
  }
}

export class ProjectNotResolvableError extends UserError {
  static override readonly code = 'PROJECT_NOT_RESOLVABLE';
}

export class PrProjectMismatchError extends UserError {
  static override readonly code = 'PR_PROJECT_MISMATCH';

  constructor() {
    super("The pull request does not belong to the repository of the session's project.");
  }
}

export class ScmUnavailableError extends UserError {
  static override readonly code = 'SCM_UNAVAILABLE';
  /** How long the host asks us to wait, in seconds; null when it does not say. */
  readonly retryAfterSeconds: number | null;

  constructor(message: string, options: { retryAfterSeconds?: number | null; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }
}

export class PrNotFoundError extends UserError {
  static override readonly code = 'PR_NOT_FOUND';

  constructor() {
    super('The source-code host knows no such pull request.');
  }
}

export class PrNotOpenError extends UserError {
  static override readonly code = 'PR_NOT_OPEN';
  readonly state: 'MERGED' | 'CLOSED';

  constructor(state: 'MERGED' | 'CLOSED') {
    super(`The pull request is ${state.toLowerCase()}; only open ones and drafts can be claimed.`);
    this.state = state;
  }
}

export class PrClaimedByActiveSessionError extends UserError {
  static override readonly code = 'PR_CLAIMED_BY_ACTIVE_SESSION';
  readonly ownerSessionId: string;

  constructor(owner: { id: string; name: string }) {
    super(`The pull request is claimed by the active session ${owner.name}; allowTakeover was false.`);
    this.ownerSessionId = owner.id;
  }
}

/** A session was to begin with a claim, and the claim was refused: there is no such session. */
export class SpawnRolledBackError extends UserError {
  static override readonly code = 'SPAWN_ROLLED_BACK';
  /** What the claim was refused with. */
  override readonly cause: UserError;
  /** The pull request, as it was referred to. */
  readonly pr: string;
  /** The global id of the session that was not to be. */
  readonly sessionId: string;

  constructor(cause: UserError, { pr, sessionId }: { pr: string; sessionId: string }) {
    super(`The spawn failed to claim PR ${pr} and rolled back session ${sessionId}: ${cause.message}`);
    this.cause = cause;
    this.pr = pr;
    this.sessionId = sessionId;
  }
}

/** What an agent was installed from is released there: an installed agent is no template. */
export class TemplateIsInstallationError extends UserError {
  static override readonly code = 'TEMPLATE_IS_INSTALLATION';

  constructor() {
    super('An agent that was installed from a template is no template itself.');
  }
}

export class TemplateInvalidError extends UserError {
  static override readonly code = 'TEMPLATE_INVALID';
  /** Every fault, each with the place where it is, such as `WATCHER.triage.extractionSchema`. */
  readonly issues: readonly InputIssue[];

  constructor(issues: readonly InputIssue[]) {
    super('The template cannot be released as it is.');
    this.issues = issues;
  }
}

/** The row is a template's: its definition comes from releases. */
export class ManagedByTemplateError extends UserError {
  static override readonly code = 'MANAGED_BY_TEMPLATE';
  readonly installationId: string;

  constructor(installationId: string) {
    super('It is managed by an installed template, which defines it.');
    this.installationId = installationId;
  }
}

export class VocabularyArchivedError extends UserError {
  static override readonly code = 'VOCABULARY_ARCHIVED';
  readonly archivedAt: Date;

  constructor(archivedAt: Date) {
    super('It is archived, and stays as it was.');
    this.archivedAt = archivedAt;
  }
}

/** A watcher finds something once in each span of time. */
export class WatcherWindowRecordedError extends UserError {
  static override readonly code = 'WATCHER_WINDOW_RECORDED';
  /** The window that was recorded before. */
  readonly windowId: string;

  constructor(windowId: string) {
    super('What the watcher found in this span of time is recorded already.');
    this.windowId = windowId;
  }
}

/** What an organization releases, it has already. */
export class CannotInstallIntoSourceOrgError extends UserError {
  static override readonly code = 'CANNOT_INSTALL_INTO_SOURCE_ORG';

  constructor() {
    super('A template cannot be installed into the organization that publishes it.');
  }
}

export class NotInstalledError extends UserError {
  static override readonly code = 'NOT_INSTALLED';

  constructor() {
    super('The template is not installed any more.');
  }
}

/** Something has changed since the plan was computed. */
export class PlanStaleError extends UserError {
  static override readonly code = 'PLAN_STALE';
  readonly currentPlanHash: string;

  constructor(currentPlanHash: string) {
    super('The plan has changed since it was computed. Nothing was written.');
    this.currentPlanHash = currentPlanHash;
  }
}

export class TemplateConflictsError extends UserError {
  static override readonly code = 'TEMPLATE_CONFLICTS';
  /** All of them. */
  readonly conflicts: readonly Conflict[];

  constructor(conflicts: readonly Conflict[]) {
    super(`${conflicts.length} items are in conflict. Nothing was written.`);
    this.conflicts = conflicts;
  }
}
