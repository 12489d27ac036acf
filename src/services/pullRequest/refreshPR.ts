import type { PullRequest, Session } from '../../../prisma/client/client.ts';
import { isOwnSession } from '../../auth/own.ts';
import { authorize } from '../../auth/policy.ts';
import type { Viewer } from '../../auth/viewer.ts';
import { NotFoundError, PrNotFoundError } from '../../errors.ts';
import { type Act, perform, recall } from '../act/act.ts';
import { lockSessions } from '../session/session.ts';
import { lockPullRequest } from './pullRequestLock.ts';
import { observePullRequest, writePullRequest } from './pullRequestRecord.ts';

/** Asks the host for a pull request's facts anew. Who holds it does not change. */
export async function refreshPR(act: Act, { pullRequestId }: { pullRequestId: string }) {
  const pullRequest = await act.db.prisma.pullRequest.findFirst({
    where: { id: pullRequestId, organizationId: { in: [...act.viewer.roles.keys()] } },
    include: { session: true },
  });
  if (!pullRequest) throw new NotFoundError();
  const { organizationId, host, repoOwner, repoName, number, externalId, session } = pullRequest;
  const mayFor = (viewer: Viewer, holder: Session) =>
    authorize(viewer, 'pullRequest.refresh', organizationId, isOwnSession(viewer, holder));
  const may = (viewer: Viewer) => mayFor(viewer, session);
  may(act.viewer);
  const earlier = await recall<{ pullRequestId: string }>(act, organizationId);
  if (earlier) return earlier;

  const asked = { host, owner: repoOwner, repo: repoName, number };
  const observed = await observePullRequest(act, asked);
  // Another one has its name by now. Where it is itself we learn when somebody claims it there.
  if (externalId && observed.facts.externalId && externalId !== observed.facts.externalId) {
    throw new PrNotFoundError();
  }
  return await perform<{ pullRequestId: string }, PullRequest | null>(act, {
    organizationId,
    may,
    async lock(tx) {
      const existing = await lockPullRequest(tx, organizationId, asked, observed.facts);
      // A merge may end whoever holds it.
      if (existing) await lockSessions(tx, [existing.sessionId]);
      return existing;
    },
    async work(tx, existing, viewer) {
      if (!existing) throw new NotFoundError();
      // While the host answered it may have been taken over.
      mayFor(viewer, await tx.session.findUniqueOrThrow({ where: { id: existing.sessionId } }));
      return {
        pullRequestId: await writePullRequest(tx, organizationId, existing.sessionId, existing, observed),
      };
    },
  });
}
