import {
  ExecutionWorkspaceClosedError,
  InvalidPrRefError,
  PrClaimedByActiveSessionError,
  PrNotFoundError,
  PrNotOpenError,
  ProjectNotResolvableError,
  PrProjectMismatchError,
  RepositoryNotGrantedError,
  ScmUnavailableError,
  SessionNotClaimableError,
  SessionNoWorkspaceError,
  SessionTerminatedError,
} from '../../errors/errors.ts';
import { PullRequest } from '../../schema/pullRequest/pullRequest.ts';
import { Session } from '../../schema/session/session.ts';
import { claimPR, claimPRInput } from '../../services/pullRequest/claimPR.ts';
import { mutation } from '../kit/mutation.ts';
import { CLAIMED_REF } from './claimedRef.ts';
import { takenOverFrom } from './takenOverFrom.ts';

mutation('claimPR', {
  description: `Makes a session the owner of a pull request, with facts fetched from its host at this moment. Draft pull requests can be claimed. Merged and closed ones cannot. A claim assigns nothing on the host and checks nothing out.

The feed delivers:

- for a first claim, one PR_CREATED;
- for a takeover, one PR_SESSION_CHANGED and at most one PR_UPDATED. A filter by the old or the new session, or by the project of either, matches the PR_SESSION_CHANGED;
- for a repeated claim by the owner, the changes of the facts, if any;
- then one SESSION_UPDATED for each session whose status or lane changed.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND
3. FORBIDDEN
4. IDEMPOTENCY_CONFLICT
5. SESSION_TERMINATED
6. SESSION_NOT_CLAIMABLE: the session is an orchestrator.
7. SESSION_NO_WORKSPACE
8. EXECUTION_WORKSPACE_CLOSED: the session works in an isolated execution workspace that is closed.
9. PROJECT_NOT_RESOLVABLE: the project is archived.
10. SESSION_NOT_CLAIMABLE: the project is a scratch project.
11. INVALID_PR_REF
12. PROJECT_NOT_RESOLVABLE: the project's repository URL is unusable, or \`pr\` is a bare number and the project has no repository URL.
13. PR_PROJECT_MISMATCH
14. REPOSITORY_NOT_GRANTED: the host is not asked.
15. SCM_UNAVAILABLE
16. PR_NOT_FOUND
17. PR_NOT_OPEN
18. PR_CLAIMED_BY_ACTIVE_SESSION

Allowed for OWNER, ADMIN and MEMBER, and for an agent's own sessions.`,
  input: (t) => ({
    sessionId: t.idOf('Session', {
      required: true,
      description: 'The session that claims the pull request.',
    }),
    pr: t.string({
      required: true,
      description: CLAIMED_REF,
    }),
    allowTakeover: t.boolean({
      required: true,
      defaultValue: true,
      description: 'Whether the claim may take the pull request from another session that is not terminated.',
    }),
  }),
  schema: claimPRInput,
  errors: [
    InvalidPrRefError,
    SessionTerminatedError,
    SessionNotClaimableError,
    SessionNoWorkspaceError,
    ExecutionWorkspaceClosedError,
    ProjectNotResolvableError,
    PrProjectMismatchError,
    RepositoryNotGrantedError,
    ScmUnavailableError,
    PrNotFoundError,
    PrNotOpenError,
    PrClaimedByActiveSessionError,
  ],
  act: claimPR,
  payload: (t) => ({
    session: t.exposeNode('sessionId', {
      type: Session,
      description: 'The session that holds the pull request now.',
    }),
    pullRequest: t.exposeNode('pullRequestId', {
      type: PullRequest,
      description: 'The pull request, with the facts fetched for this claim.',
    }),
    takenOverFrom: t.exposeNodes('takenOverFrom', takenOverFrom),
    branchChanged: t.exposeBoolean('branchChanged', {
      description:
        "Whether a checkout changed the branch of the session's workspace. Always false, because a claim checks nothing out.",
    }),
  }),
});
