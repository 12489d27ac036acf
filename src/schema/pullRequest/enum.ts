import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

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
