import {
  InvalidPrRefError,
  PrClaimedByActiveSessionError,
  PrNotFoundError,
  PrNotOpenError,
  ProjectNotResolvableError,
  PrProjectMismatchError,
  ScmUnavailableError,
  SessionNotClaimableError,
  SessionNoWorkspaceError,
  SessionTerminatedError,
} from '../../errors.ts';
import { PullRequest } from '../../schema/pullRequest/pullRequest.ts';
import { Session } from '../../schema/session/session.ts';
import { claimPR, claimPRInput } from '../../services/pullRequest/claimPR.ts';
import { mutation } from '../kit/mutation.ts';
import { takenOverFrom } from '../session/takenOverFrom.ts';

mutation('claimPR', {
  description: `Makes a session hold a pull request, with the facts its host gives at this moment.

A first claim is heard as one PR_CREATED; a takeover as one PR_SESSION_CHANGED and at most one PR_UPDATED, by the subscribers of both sides; a claim again by its owner only as what changed. Drafts may be claimed; merged and closed pull requests may not. Nothing is assigned on the host and nothing is checked out.

Of several reasons to refuse, the first in this order is given: INVALID_INPUT, NOT_FOUND, FORBIDDEN, IDEMPOTENCY_CONFLICT, SESSION_TERMINATED, SESSION_NOT_CLAIMABLE (it is an orchestrator), SESSION_NO_WORKSPACE, PROJECT_NOT_RESOLVABLE (the project is archived), SESSION_NOT_CLAIMABLE (it is a scratch project), INVALID_PR_REF, PROJECT_NOT_RESOLVABLE (its repository URL is none, or a bare number needs one), PR_PROJECT_MISMATCH, SCM_UNAVAILABLE, PR_NOT_FOUND, PR_NOT_OPEN, PR_CLAIMED_BY_ACTIVE_SESSION.`,
  input: (t) => ({
    sessionId: t.idOf('Session', { required: true, description: 'The session that claims.' }),
    pr: t.string({
      required: true,
      description:
        'The pull request: `142` or `#142` in the repository of the session’s project, or `https://<host>/<owner>/<repo>/pull/142`.',
    }),
    allowTakeover: t.boolean({
      required: true,
      defaultValue: true,
      description: 'Whether to take it from another session that is not terminated.',
    }),
  }),
  schema: claimPRInput,
  errors: [
    InvalidPrRefError,
    SessionTerminatedError,
    SessionNotClaimableError,
    SessionNoWorkspaceError,
    ProjectNotResolvableError,
    PrProjectMismatchError,
    ScmUnavailableError,
    PrNotFoundError,
    PrNotOpenError,
    PrClaimedByActiveSessionError,
  ],
  act: claimPR,
  payload: (t) => ({
    session: t.exposeNode('sessionId', { type: Session, description: 'The session that holds it now.' }),
    pullRequest: t.exposeNode('pullRequestId', {
      type: PullRequest,
      description: 'The pull request, with the facts of this moment.',
    }),
    takenOverFrom: t.exposeNodes('takenOverFrom', takenOverFrom),
    branchChanged: t.exposeBoolean('branchChanged', {
      description: 'Whether a checkout changed the branch of a workspace. A claim checks nothing out: false.',
    }),
  }),
});
