import { authorize } from '../auth/policy.ts';
import type { Viewer } from '../auth/viewer.ts';
import { NotFoundError } from '../errors.ts';
import { type Act, perform, recall } from './act.ts';
import { lockPullRequest } from './pullRequestLock.ts';
import { observePullRequest, writePullRequest } from './pullRequestRecord.ts';

/** Asks the host for a pull request's facts anew. Who holds it does not change. */
export async function refreshPR(act: Act, { pullRequestId }: { pullRequestId: string }) {
  const pullRequest = await act.db.prisma.pullRequest.findFirst({
    where: { id: pullRequestId, organizationId: { in: [...act.viewer.roles.keys()] } },
  });
  if (!pullRequest) throw new NotFoundError();
  const { organizationId, host, repoOwner, repoName, number } = pullRequest;
  const may = (viewer: Viewer) => authorize(viewer, 'pullRequest.refresh', organizationId);
  may(act.viewer);
  const earlier = await recall<{ pullRequestId: string }>(act, organizationId);
  if (earlier) return earlier;

  const asked = { host, owner: repoOwner, repo: repoName, number };
  const observed = await observePullRequest(act, asked);
  return await perform(act, {
    organizationId,
    may,
    lock: (tx) => lockPullRequest(tx, organizationId, [observed.facts.coordinates, asked]),
    async work(tx, existing) {
      if (!existing) throw new NotFoundError();
      return {
        pullRequestId: await writePullRequest(tx, organizationId, existing.sessionId, existing, observed),
      };
    },
  });
}
