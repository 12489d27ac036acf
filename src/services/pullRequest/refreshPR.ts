import { z } from 'zod';
import type { Session } from '../../../prisma/client/client.ts';
import { isHeldBy } from '../../auth/own.ts';
import { authorize } from '../../auth/policy.ts';
import type { Viewer } from '../../auth/viewer.ts';
import { NotFoundError, PrNotFoundError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { observePullRequest } from './observedFacts.ts';
import { lockHolder, lockPullRequest, pullRequestName } from './pullRequestLock.ts';
import { writePullRequest } from './pullRequestRecord.ts';

const result = z.object({ pullRequestId: z.guid() });
export type RefreshedPR = z.output<typeof result>;

/** Fetches a pull request's facts from its host again. Who holds it does not change. */
export async function refreshPR(act: Act, { pullRequestId }: { pullRequestId: string }) {
  const pullRequest = await act.db.prisma.pullRequest.findFirst({
    where: { id: pullRequestId, organizationId: { in: [...act.viewer.roles.keys()] } },
    include: { session: true },
  });
  if (!pullRequest) throw new NotFoundError();
  const { organizationId, host, repoOwner, repoName, number, externalId, session } = pullRequest;
  const asked = { host, owner: repoOwner, repo: repoName, number };
  const authorizeFor = (viewer: Viewer, holder: Session | null) =>
    authorize(viewer, 'pullRequest.refresh', organizationId, isHeldBy(viewer, holder));
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorizeFor(viewer, session),
    async prepare() {
      const observed = await observePullRequest(act, organizationId, asked, 'REFRESH');
      // Another pull request has this one's name by now. A claim at its new place finds this one again.
      if (externalId && observed.facts.externalId && externalId !== observed.facts.externalId) {
        throw new PrNotFoundError(asked);
      }
      return observed;
    },
    queue: () => [pullRequestName(organizationId, asked), ...(session ? [session.id] : [])],
    async lock(tx, { facts }) {
      const existing = await lockPullRequest(tx, organizationId, asked, facts);
      if (existing) await lockHolder(tx, existing);
      return existing;
    },
    async write(tx, { prepared: observed, locked: existing, viewer }) {
      if (!existing) throw new NotFoundError();
      const { sessionId } = existing;
      // A takeover or a release may have happened while the host answered.
      authorizeFor(
        viewer,
        sessionId === null ? null : await tx.session.findUnique({ where: { id: sessionId } }),
      );
      return {
        pullRequestId: await writePullRequest(tx, organizationId, sessionId, existing, observed, act),
      };
    },
  });
}
