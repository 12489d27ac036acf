import type { MergeabilityReason as Reason } from '../../../prisma/client/enums.ts';
import { builder } from '../kit/builder.ts';

const DESCRIPTIONS: Record<Reason, string> = {
  CONFLICTS: 'The pull request conflicts with its target branch.',
  BEHIND_BASE: 'The target branch has new commits, and the host requires the pull request to include them.',
  DRAFT: 'The pull request is a draft.',
  CI_FAILING: 'The checks of the head commit fail.',
  CHANGES_REQUESTED: 'A reviewer requests changes.',
  REVIEW_REQUIRED: 'A required review is missing.',
  BLOCKED_BY_PROVIDER: 'The host blocks the merge for a reason that is none of the others.',
};

export const MergeabilityReason = builder.enumType('MergeabilityReason', {
  description: 'A reason why a pull request cannot be merged as it is.',
  values: Object.fromEntries(
    Object.entries(DESCRIPTIONS).map(([value, description]) => [value, { value, description }]),
  ) as { [Name in Reason]: { value: Name; description: string } },
});
