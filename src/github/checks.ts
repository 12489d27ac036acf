import type { CheckFacts, CheckStatus, CiState } from '../services/port/pullRequestSource.ts';
import type { GitHubCheck } from './answer.ts';
import { webUrl } from './webUrl.ts';

/**
 * The checks of one commit, each name once, sorted by name so that equal answers give equal facts. Two checks of one name
 * remain when, say, a workflow runs for the push and for the pull request: then the worse one counts. Give it the checks
 * that count, without superseded ones.
 */
export function checksOf(commitSha: string, checks: readonly GitHubCheck[]): CheckFacts[] {
  const byName = new Map<string, CheckFacts>();
  for (const check of checks) {
    const facts = factsOf(check);
    const other = byName.get(facts.name);
    if (!other || isWorse(facts, other)) byName.set(facts.name, { ...facts, commitSha });
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The combined result of checks; UNKNOWN when there are none. */
export function combinedState(checks: readonly GitHubCheck[]): CiState {
  const statuses = checks.map((check) => factsOf(check).status);
  if (statuses.some((status) => status === 'FAILED' || status === 'CANCELLED')) return 'FAILING';
  if (statuses.some((status) => status === 'QUEUED' || status === 'IN_PROGRESS')) return 'PENDING';
  return statuses.length === 0 || statuses.includes('UNKNOWN') ? 'UNKNOWN' : 'PASSING';
}

/** The combined result of the required checks; null when the host names none. */
export function requiredState(checks: readonly GitHubCheck[]): CiState | null {
  const required = checks.filter(({ isRequired }) => isRequired === true);
  return required.length === 0 ? null : combinedState(required);
}

/** The status of a check run, from GitHub's progress and, once that is complete, its conclusion. */
export function checkRunStatus(status: string, conclusion: string | null): CheckStatus {
  switch (status) {
    case 'COMPLETED':
      return conclusions.get(conclusion ?? '') ?? 'UNKNOWN';
    case 'IN_PROGRESS':
      return 'IN_PROGRESS';
    case 'QUEUED':
    case 'REQUESTED':
    case 'WAITING':
    case 'PENDING':
      return 'QUEUED';
    default:
      return 'UNKNOWN';
  }
}

/** The status of a commit status, the older kind of check, which knows no progress. */
export function statusContextStatus(state: string): CheckStatus {
  return contextStates.get(state) ?? 'UNKNOWN';
}

const conclusions = new Map<string, CheckStatus>([
  ['SUCCESS', 'PASSED'],
  ['NEUTRAL', 'PASSED'],
  ['FAILURE', 'FAILED'],
  ['TIMED_OUT', 'FAILED'],
  ['ACTION_REQUIRED', 'FAILED'],
  ['STARTUP_FAILURE', 'FAILED'],
  ['CANCELLED', 'CANCELLED'],
  ['SKIPPED', 'SKIPPED'],
  ['STALE', 'SKIPPED'],
]);

const contextStates = new Map<string, CheckStatus>([
  ['SUCCESS', 'PASSED'],
  ['FAILURE', 'FAILED'],
  ['ERROR', 'FAILED'],
  ['PENDING', 'QUEUED'],
  ['EXPECTED', 'QUEUED'],
]);

type UnplacedCheck = Omit<CheckFacts, 'commitSha'>;

function factsOf(check: GitHubCheck): UnplacedCheck {
  return check.__typename === 'CheckRun' ? fromCheckRun(check) : fromStatusContext(check);
}

function fromCheckRun(run: Extract<GitHubCheck, { __typename: 'CheckRun' }>): UnplacedCheck {
  const workflow = run.checkSuite.workflowRun?.workflow.name;
  return {
    // Jobs of different workflows often share a name such as `build`.
    name: workflow ? `${workflow} / ${run.name}` : run.name,
    status: checkRunStatus(run.status, run.conclusion),
    conclusion: run.status === 'COMPLETED' ? (run.conclusion ?? '') : '',
    url: webUrl(run.detailsUrl) || webUrl(run.url),
    isRequired: run.isRequired ?? null,
    externalId: run.id,
    startedAt: run.startedAt ?? null,
    completedAt: run.completedAt ?? null,
  };
}

function fromStatusContext(context: Extract<GitHubCheck, { __typename: 'StatusContext' }>): UnplacedCheck {
  const status = statusContextStatus(context.state);
  return {
    name: context.context,
    status,
    conclusion: status === 'PASSED' || status === 'FAILED' ? context.state : '',
    url: webUrl(context.targetUrl),
    isRequired: context.isRequired ?? null,
    externalId: context.id,
    startedAt: null,
    completedAt: null,
  };
}

/** From best to worst. A skipped check does not block, like a passed one, but says less. */
const severity: CheckStatus[] = [
  'SKIPPED',
  'PASSED',
  'UNKNOWN',
  'IN_PROGRESS',
  'QUEUED',
  'CANCELLED',
  'FAILED',
];

function isWorse(a: UnplacedCheck, b: UnplacedCheck): boolean {
  const difference = severity.indexOf(a.status) - severity.indexOf(b.status);
  // Of equal runs, always the same one is chosen. Otherwise the facts would change with GitHub's order.
  return difference === 0 ? a.externalId < b.externalId : difference > 0;
}
