import { PrNotFoundError, RepositoryNotGrantedError } from '../../errors/errors.ts';
import { type JobOutcome, type JobRun, transactFor } from '../port/job.ts';
import { observePullRequest } from './observedFacts.ts';
import { isOver } from './pullRequestRule.ts';
import { writeFacts } from './recordFacts.ts';

/** Asks the host again about a pull request. A host that does not answer fails the job, which is then retried. */
export async function refreshAgain(
  run: JobRun,
  { pullRequestId, attempt }: { pullRequestId: string; attempt: number },
): Promise<JobOutcome> {
  const pullRequest = await run.db.prisma.pullRequest.findUnique({ where: { id: pullRequestId } });
  if (!pullRequest || isOver(pullRequest.state)) return { outcome: 'The pull request is over.' };
  const { organizationId, host, repoOwner, repoName, number, externalId } = pullRequest;
  const asked = { host, owner: repoOwner, repo: repoName, number };
  try {
    const observed = await observePullRequest(run, organizationId, asked, 'FOLLOW_UP');
    const { mergeability, unreadable } = observed.facts;
    // Another pull request has this one's name by now.
    if (externalId && observed.facts.externalId && externalId !== observed.facts.externalId) {
      return { outcome: 'The pull request has moved.' };
    }
    await transactFor(run, (tx) => writeFacts(tx, run.jobs, { organizationId, asked, observed, attempt }));
    return { mergeability: mergeability ?? 'unreadable', unreadable: unreadable.join(', ') };
  } catch (error) {
    if (error instanceof PrNotFoundError || error instanceof RepositoryNotGrantedError) {
      return { outcome: error.code };
    }
    throw error;
  }
}
