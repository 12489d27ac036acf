/** Whether an execution workspace can be closed, by what is known of its sessions, pull requests and checkout. */
import type { ExecutionWorkspaceFact } from '../../../prisma/client/client.ts';
import type { CloseReadiness } from '../../errors/errors.ts';
import type { CheckoutState } from '../port/checkout.ts';

type Fact = Pick<
  ExecutionWorkspaceFact,
  'hasLiveSession' | 'hasOpenPullRequest' | 'hasUnmergedPullRequest' | 'mergedHeadSha'
>;

/** Null when Muster did not create the checkout. UNKNOWN when the runtime did not answer. */
export type KnownCheckout = CheckoutState | 'UNKNOWN' | null;

/** The pull requests are asked before the branch: after a squash merge, git finds the branch unmerged. */
export function readinessOf(fact: Fact, checkout: KnownCheckout): CloseReadiness {
  const isRepository = checkout !== null && typeof checkout === 'object';
  const blockingReasons = fact.hasLiveSession ? (['LIVE_SESSION'] as const) : [];
  const warnings = present([
    fact.hasOpenPullRequest && 'PULL_REQUEST_OPEN',
    fact.hasUnmergedPullRequest && 'PULL_REQUEST_UNMERGED',
    isRepository && checkout.isDirty && 'UNCOMMITTED_WORK',
    isRepository && !checkout.isMerged && !isMergedByPullRequest(fact, checkout) && 'UNMERGED_COMMITS',
    checkout === 'NOT_A_REPOSITORY' && 'NOT_A_REPOSITORY',
    checkout === 'MISSING' && 'CHECKOUT_MISSING',
    checkout === 'UNKNOWN' && 'CHECKOUT_UNKNOWN',
  ] as const);
  const plannedActions = present([
    'ARCHIVE_RECORD',
    isRepository && checkout.isDirty && 'SAVE_TO_BRANCH',
    isRepository && 'REMOVE_CHECKOUT',
  ] as const);
  const passing = warnings.length > 0 ? 'READY_WITH_WARNINGS' : 'READY';
  return {
    state: blockingReasons.length > 0 ? 'BLOCKED' : passing,
    blockingReasons,
    warnings,
    plannedActions,
  };
}

/** Commits that were added after the merge are not merged. */
function isMergedByPullRequest({ mergedHeadSha }: Fact, { headSha }: { headSha: string | null }): boolean {
  return mergedHeadSha !== null && (mergedHeadSha === '' || headSha === null || mergedHeadSha === headSha);
}

function present<Value extends string>(values: readonly (Value | false)[]): Value[] {
  return values.filter((value) => value !== false);
}
