/** The errors that are answered as results, by noun where a noun has several. */
import type { MembershipRole } from '../../prisma/client/enums.ts';
import { UserError } from './userError.ts';

export * from './executionWorkspace.ts';
export * from './organization.ts';
export * from './pullRequest.ts';
export * from './quota.ts';
export * from './repositoryGrant.ts';
export * from './template.ts';
export * from './vocabulary.ts';
export * from './workspace.ts';
export { UserError };

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

/** Environment variables that the workspaces of an org file require and that nothing provides. */
export class MissingEnvironmentError extends UserError {
  static override readonly code = 'MISSING_ENVIRONMENT';
  readonly requirements: { anyOf: string[]; level: 'REQUIRED' | 'RECOMMENDED'; workspacePaths: string[][] }[];

  constructor(requirements: MissingEnvironmentError['requirements']) {
    super('Environment variables that the document requires are not available.');
    this.requirements = requirements;
  }
}

/** The plan that the caller expects differs from the current one. */
export class PlanStaleError extends UserError {
  static override readonly code = 'PLAN_STALE';
  readonly currentPlanHash: string;

  constructor(currentPlanHash: string) {
    super('The plan has changed since it was made.');
    this.currentPlanHash = currentPlanHash;
  }
}

export class TooManyRemovalsError extends UserError {
  static override readonly code = 'TOO_MANY_REMOVALS';
  /** How many workspaces would be removed. */
  readonly count: number;
  readonly limit: number;

  constructor(count: number, limit: number) {
    super(`The import would remove ${count} workspaces, and may remove ${limit}.`);
    this.count = count;
    this.limit = limit;
  }
}

export class ImportInProgressError extends UserError {
  static override readonly code = 'IMPORT_IN_PROGRESS';

  constructor() {
    super('Another import into the organization is running.');
  }
}

/** One constant message: what may not be seen must look exactly like what does not exist. */
export class NotFoundError extends UserError {
  static override readonly code = 'NOT_FOUND';
  /** The input field that named it; null for the field that names what the whole act is about, until `runAct` fills it in. */
  readonly field: string | null;

  constructor(field: string | null = null) {
    super('There is no such thing, or you may not see it.');
    this.field = field;
  }
}

/** For what the viewer sees but may not do. */
export class ForbiddenError extends UserError {
  static override readonly code = 'FORBIDDEN';
  /** Why the viewer may not. */
  readonly reason: string;
  /** The lowest role whose members may do it whatever the object; null when the role is not what is missing. */
  readonly requiredRole: MembershipRole | null;

  constructor(reason: string, requiredRole: MembershipRole | null = null) {
    super(requiredRole ? `${reason} ${WHO_MAY[requiredRole]}` : reason);
    this.reason = reason;
    this.requiredRole = requiredRole;
  }
}

const WHO_MAY: Record<MembershipRole, string> = {
  MEMBER: 'Every member of the organization may.',
  ADMIN: 'An ADMIN or an OWNER may.',
  OWNER: 'An OWNER may.',
};

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

export class SessionTerminatedError extends UserError {
  static override readonly code = 'SESSION_TERMINATED';

  constructor() {
    super('The session is terminated.');
  }
}

export class OrchestratorRunningError extends UserError {
  static override readonly code = 'ORCHESTRATOR_RUNNING';
  readonly sessionId: string;

  constructor(project: { slug: string }, orchestrator: { id: string; num: number }) {
    super(`The project has a live orchestrator already: session "${project.slug}-${orchestrator.num}".`);
    this.sessionId = orchestrator.id;
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
