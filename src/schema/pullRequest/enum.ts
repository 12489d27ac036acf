import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const PullRequestState = dbEnum(
  'PullRequestState',
  values.PullRequestState,
  'The state of a pull request. A merged pull request is MERGED and not CLOSED; a closed draft is CLOSED and not DRAFT.',
  {
    DRAFT: 'The pull request is open and marked as a draft.',
    OPEN: 'The pull request is open and ready for review.',
    MERGED: 'The pull request was merged.',
    CLOSED: 'The pull request was closed without a merge.',
  },
);

export const CiState = dbEnum(
  'CiState',
  values.CiState,
  "The combined result of the checks of a pull request's head commit. Of several attempts at a check, the newest counts.",
  {
    UNKNOWN: 'The commit has no checks, or their results are unknown.',
    PENDING: 'At least one check is still queued or running, and none has failed.',
    PASSING: 'All checks passed.',
    FAILING: 'At least one check failed.',
  },
);

export const ReviewDecision = dbEnum(
  'ReviewDecision',
  values.ReviewDecision,
  'The combined verdict of the reviews of a pull request, or the verdict of one review.',
  {
    NONE: 'No verdict. For a pull request: no review is required and none decided. For a review: a comment only.',
    APPROVED: 'The changes are approved.',
    CHANGES_REQUESTED: 'A reviewer requests changes.',
    REVIEW_REQUIRED: 'A required review is missing. Never the verdict of a single review.',
  },
);

export const Mergeability = dbEnum(
  'Mergeability',
  values.Mergeability,
  'Whether a pull request can be merged now, as its host reports it.',
  {
    UNKNOWN: 'The host has not determined whether the pull request can be merged, or it is merged or closed.',
    MERGEABLE: 'The pull request can be merged.',
    CONFLICTING: 'The pull request conflicts with its target branch and cannot be merged.',
    BLOCKED: 'A rule of the host, a missing review or a check blocks the merge.',
    UNSTABLE: 'The pull request can be merged, although a check that is not required did not pass.',
  },
);

export const CheckStatus = dbEnum('CheckStatus', values.CheckStatus, 'The status of a check.', {
  UNKNOWN: 'The status of the check is unknown.',
  QUEUED: 'The check waits to run.',
  IN_PROGRESS: 'The check is running.',
  PASSED: 'The check passed, or ended with a neutral result.',
  FAILED: 'The check failed, timed out, could not start, or requires an action.',
  SKIPPED: 'The check was skipped, or its result is out of date.',
  CANCELLED: 'The check was cancelled.',
});

export const PullRequestClaimKind = dbEnum(
  'PullRequestClaimKind',
  values.PullRequestClaimKind,
  'How a pull request passed to a session or to none.',
  {
    CLAIM: 'A session claimed a pull request that no session held.',
    SPAWN: 'A session was spawned with the pull request, whether or not another session held it.',
    TAKEOVER: 'A session claimed a pull request that another session held, terminated or not.',
    RELEASE: 'The session gave the pull request up.',
  },
);

export const PullRequestPart = dbEnum(
  'PullRequestPart',
  values.PullRequestPart,
  'A part of the facts about a pull request that its host may be unable to return while it returns the rest.',
  {
    CHECKS: 'The checks of the head commit, and with them `ciState`, `requiredCiState` and `awaitsApproval`.',
    REVIEWS: 'The reviews, and with them `reviewDecision`.',
    THREADS: 'The review threads.',
    MERGEABILITY: 'The mergeability and the place in the merge queue.',
  },
);
