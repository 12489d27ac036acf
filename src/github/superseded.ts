/**
 * Which checks count: the newest attempts. GitHub's list, and its rollup, also have those that were superseded: by a re-run,
 * or by a later run of the workflow for the same event.
 */
import type { GitHubCheck, GitHubSuite } from './answer.ts';
import { checkRunStatus } from './checks.ts';

type CheckRun = Extract<GitHubCheck, { __typename: 'CheckRun' }>;

/** The checks without superseded ones. A commit status and a check run never supersede each other. */
export function effectiveChecks(checks: readonly GitHubCheck[]): GitHubCheck[] {
  const runs = checks.filter((check) => check.__typename === 'CheckRun');
  const statuses = checks.filter((check) => check.__typename === 'StatusContext');
  const current = newestSuites(runs, ({ checkSuite }) => checkSuite);
  const byJob = Map.groupBy(current, jobOf);
  return [...statuses, ...[...byJob.values()].flatMap(newestAttempts)];
}

/** Whether workflows of the commit wait for a person's approval: then green checks may be green because nothing ran. */
export function awaitsApproval(suites: readonly (GitHubSuite & { conclusion: string | null })[]): boolean {
  return newestSuites(suites, (suite) => suite).some(({ conclusion }) => conclusion === 'ACTION_REQUIRED');
}

/**
 * The items of the newest run of each workflow and event. The whole run supersedes earlier ones, because a job that waits for
 * others has no check run yet.
 */
function newestSuites<Item>(items: readonly Item[], suiteOf: (item: Item) => GitHubSuite): Item[] {
  const newest = new Map<string, GitHubSuite>();
  for (const suite of items.map(suiteOf)) {
    const origin = originOf(suite);
    if (origin === null) continue;
    const other = newest.get(origin);
    if (!other || isNewerSuite(suite, other)) newest.set(origin, suite);
  }
  return items.filter((item) => {
    const suite = suiteOf(item);
    const origin = originOf(suite);
    const other = origin === null ? undefined : newest.get(origin);
    return !other || !isNewerSuite(other, suite);
  });
}

/** The app, workflow and event; null when they are not known, or the check is none of a workflow. */
function originOf({ app, workflowRun }: GitHubSuite): string | null {
  if (!workflowRun?.event) return null;
  return JSON.stringify([appOf(app), workflowRun.workflow.name, workflowRun.event]);
}

function appOf(app: GitHubSuite['app']): string | number | null {
  return app?.databaseId ?? app?.slug ?? null;
}

function isNewerSuite(one: GitHubSuite, other: GitHubSuite): boolean {
  const [a, b] = [one.workflowRun, other.workflowRun];
  return (
    firstDifference([
      [a?.runNumber, b?.runNumber],
      [a?.databaseId, b?.databaseId],
      [one.databaseId, other.databaseId],
    ]) > 0
  );
}

/** What all attempts at a job have in common. A check run of an unknown suite stands alone. */
function jobOf({ id, name, checkSuite }: CheckRun): string {
  const suite = checkSuite.workflowRun?.databaseId ?? checkSuite.databaseId ?? appOf(checkSuite.app);
  return suite === null ? id : JSON.stringify([suite, name]);
}

/**
 * Of check runs of one name in one suite, those that no later attempt supersedes. An attempt starts when the one before has
 * ended. Runs that overlap are different jobs: GitHub cuts names at 100 characters, so that two may share one.
 */
function newestAttempts(runs: readonly CheckRun[]): CheckRun[] {
  const current: CheckRun[] = [];
  for (const run of [...runs].sort(byStart)) {
    const earlier = current.filter((other) => supersedes(run, other));
    // One re-runs what failed. A failure that has no later attempt of its own stays.
    const replaced = earlier.find(isFailed) ?? earlier[0];
    if (replaced) current.splice(current.indexOf(replaced), 1);
    current.push(run);
  }
  return current;
}

function supersedes(later: CheckRun, earlier: CheckRun): boolean {
  if (earlier.status !== 'COMPLETED') return false;
  if (later.startedAt && earlier.completedAt) return later.startedAt >= earlier.completedAt;
  // A run that waits has not started. Without times the ids tell, which grow.
  return firstDifference([[later.databaseId, earlier.databaseId]]) > 0;
}

function isFailed({ status, conclusion }: CheckRun): boolean {
  return ['FAILED', 'CANCELLED'].includes(checkRunStatus(status, conclusion));
}

/** Runs that wait come last. */
function byStart(one: CheckRun, other: CheckRun): number {
  return (
    firstDifference([
      [
        one.startedAt?.getTime() ?? Number.POSITIVE_INFINITY,
        other.startedAt?.getTime() ?? Number.POSITIVE_INFINITY,
      ],
      [one.databaseId, other.databaseId],
    ]) || (one.id < other.id ? -1 : 1)
  );
}

/** Compares by the first pair of known, different numbers. */
function firstDifference(
  pairs: readonly (readonly [number | null | undefined, number | null | undefined])[],
): number {
  for (const [a, b] of pairs) if (a != null && b != null && a !== b) return a > b ? 1 : -1;
  return 0;
}
