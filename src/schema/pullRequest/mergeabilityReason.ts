/** Why a pull request cannot be merged as it is. */
import type { PullRequest } from '../../../prisma/client/client.ts';
import { builder } from '../kit/builder.ts';

const DESCRIPTIONS = {
  CONFLICTS: 'It conflicts with its target.',
  BEHIND_BASE: 'Its target has moved on, and demands that it follows.',
  DRAFT: 'It is a draft.',
  CI_FAILING: 'Its checks fail.',
  CHANGES_REQUESTED: 'A review asks for changes.',
  REVIEW_REQUIRED: 'A review is required and not there yet.',
  BLOCKED_BY_PROVIDER: 'Its host refuses the merge, and none of the other reasons says why.',
};

type Reason = keyof typeof DESCRIPTIONS;

export const MergeabilityReason = builder.enumType('MergeabilityReason', {
  description: 'Why a pull request cannot be merged as it is.',
  values: Object.fromEntries(
    Object.entries(DESCRIPTIONS).map(([value, description]) => [value, { value, description }]),
  ) as { [Name in Reason]: { value: Name; description: string } },
});

/** What the reasons follow from. */
export const MERGEABILITY_FACTS = {
  mergeability: true,
  mergeStateStatus: true,
  isDraft: true,
  ciState: true,
  reviewDecision: true,
} as const;

type Facts = Pick<PullRequest, keyof typeof MERGEABILITY_FACTS>;

/** Those of which a host's word says that something is in the way, in the order in which they are told. */
const RULES: [reason: Reason, isSo: (facts: Facts) => boolean][] = [
  ['CONFLICTS', ({ mergeability }) => mergeability === 'CONFLICTING'],
  ['BEHIND_BASE', ({ mergeStateStatus }) => mergeStateStatus === 'BEHIND'],
  ['DRAFT', ({ isDraft }) => isDraft],
  ['CI_FAILING', ({ ciState }) => ciState === 'FAILING'],
  ['CHANGES_REQUESTED', ({ reviewDecision }) => reviewDecision === 'CHANGES_REQUESTED'],
  ['REVIEW_REQUIRED', ({ reviewDecision }) => reviewDecision === 'REVIEW_REQUIRED'],
];

export function mergeabilityReasons(facts: Facts): Reason[] {
  const { mergeability } = facts;
  if (mergeability === 'MERGEABLE' || mergeability === 'UNKNOWN') return [];
  const known = RULES.filter(([, isSo]) => isSo(facts)).map(([reason]) => reason);
  return known.length === 0 && mergeability === 'BLOCKED' ? ['BLOCKED_BY_PROVIDER'] : known;
}
