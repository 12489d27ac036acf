/** Derives the reasons why a pull request cannot be merged as it is. */
import type { PullRequest } from '../../../prisma/client/client.ts';
import { isOver } from '../../services/pullRequest/pullRequestRule.ts';
import { builder } from '../kit/builder.ts';

const DESCRIPTIONS = {
  CONFLICTS: 'The pull request conflicts with its target branch.',
  BEHIND_BASE: 'The target branch has new commits, and the host requires the pull request to include them.',
  DRAFT: 'The pull request is a draft.',
  CI_FAILING: 'The checks of the head commit fail.',
  CHANGES_REQUESTED: 'A reviewer requests changes.',
  REVIEW_REQUIRED: 'A required review is missing.',
  BLOCKED_BY_PROVIDER: 'The host blocks the merge for a reason that is none of the others.',
};

type Reason = keyof typeof DESCRIPTIONS;

export const MergeabilityReason = builder.enumType('MergeabilityReason', {
  description: 'A reason why a pull request cannot be merged as it is.',
  values: Object.fromEntries(
    Object.entries(DESCRIPTIONS).map(([value, description]) => [value, { value, description }]),
  ) as { [Name in Reason]: { value: Name; description: string } },
});

/** The columns that the reasons are derived from. */
export const MERGEABILITY_FACTS = {
  state: true,
  mergeability: true,
  mergeStateStatus: true,
  isDraft: true,
  ciState: true,
  reviewDecision: true,
} as const;

type Facts = Pick<PullRequest, keyof typeof MERGEABILITY_FACTS>;

/** The reasons that a fact of the host implies, in the order in which they are returned. */
const RULES: [reason: Reason, isSo: (facts: Facts) => boolean][] = [
  ['CONFLICTS', ({ mergeability }) => mergeability === 'CONFLICTING'],
  ['BEHIND_BASE', ({ mergeStateStatus }) => mergeStateStatus === 'BEHIND'],
  ['DRAFT', ({ isDraft }) => isDraft],
  ['CI_FAILING', ({ ciState }) => ciState === 'FAILING'],
  ['CHANGES_REQUESTED', ({ reviewDecision }) => reviewDecision === 'CHANGES_REQUESTED'],
  ['REVIEW_REQUIRED', ({ reviewDecision }) => reviewDecision === 'REVIEW_REQUIRED'],
];

export function mergeabilityReasons(facts: Facts): Reason[] {
  const { state, mergeability } = facts;
  // What is over has nothing in its way.
  if (isOver(state)) return [];
  if (mergeability === 'MERGEABLE' || mergeability === 'UNKNOWN') return [];
  const known = RULES.filter(([, isSo]) => isSo(facts)).map(([reason]) => reason);
  return known.length === 0 && mergeability === 'BLOCKED' ? ['BLOCKED_BY_PROVIDER'] : known;
}
