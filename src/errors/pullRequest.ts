import { UserError } from './userError.ts';

/** The name of a pull request on its host. */
type PullRequestName = { owner: string; repo: string; number: number };

export class InvalidPrRefError extends UserError {
  static override readonly code = 'INVALID_PR_REF';

  constructor() {
    super(
      'A pull request is named by its number (142 or #142), as owner/repo#142, or by its URL (https://<host>/<owner>/<repo>/pull/142).',
    );
  }
}

export class PrProjectMismatchError extends UserError {
  static override readonly code = 'PR_PROJECT_MISMATCH';
  readonly pullRequest: PullRequestName;
  /** The repository of the session's project. */
  readonly projectRepo: { owner: string; name: string };

  constructor(pullRequest: PullRequestName, projectRepo: { owner: string; name: string }) {
    super(
      `${nameOf(pullRequest)} does not belong to the repository of the session's project, ${projectRepo.owner}/${projectRepo.name}.`,
    );
    this.pullRequest = pullRequest;
    this.projectRepo = projectRepo;
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
  readonly pullRequest: PullRequestName;

  constructor(pullRequest: PullRequestName) {
    super(`The source-code host knows no pull request ${nameOf(pullRequest)}, or does not show it to us.`);
    this.pullRequest = pullRequest;
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

/** The pull request was to be released by a session that does not hold it. */
export class PrNotHeldError extends UserError {
  static override readonly code = 'PR_NOT_HELD';
  /** The session that holds it; null when none does. */
  readonly ownerSessionId: string | null;

  constructor(owner: { id: string; name: string } | null) {
    super(
      owner
        ? `The pull request is held by session ${owner.name}.`
        : 'The pull request is not held by any session.',
    );
    this.ownerSessionId = owner?.id ?? null;
  }
}

function nameOf({ owner, repo, number }: PullRequestName): string {
  return `${owner}/${repo}#${number}`;
}
