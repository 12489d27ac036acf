import { z } from 'zod';
import { isOwnSession } from '../../auth/own.ts';
import { authorize } from '../../auth/policy.ts';
import type { Tx } from '../../database/db.ts';
import { NotFoundError, PrNotHeldError } from '../../errors/errors.ts';
import { globalId } from '../../value/globalId.ts';
import { type Act, perform } from '../act/act.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import { lockSessions, visibleSession } from '../session/session.ts';
import { sessionName } from '../session/sessionRule.ts';
import { lockPullRequestRow, pullRequestName } from './pullRequestLock.ts';

const result = z.object({ sessionId: z.guid(), pullRequestId: z.guid() });
export type ReleasedPR = z.output<typeof result>;

/**
 * Makes a session give up a pull request, which no session holds then. Merged and closed pull requests can be released too,
 * because a wrong claim is wrong in every state, and so can those of a terminated session.
 *
 * @throws PrNotHeldError
 */
export async function releasePR(
  act: Act,
  { sessionId, pullRequestId }: { sessionId: string; pullRequestId: string },
) {
  const session = await visibleSession(act, sessionId);
  const { organizationId } = session;
  const pullRequest = await act.db.prisma.pullRequest.findFirst({
    where: { id: pullRequestId, organizationId },
  });
  if (!pullRequest) throw new NotFoundError('pullRequestId');
  const { host, repoOwner: owner, repoName: repo, number } = pullRequest;
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) =>
      authorize(viewer, 'pullRequest.claim', organizationId, isOwnSession(viewer, session)),
    queue: () => [pullRequestName(organizationId, { host, owner, repo, number }), sessionId],
    async lock(tx) {
      const locked = await lockPullRequestRow(tx, pullRequestId);
      await lockSessions(tx, [sessionId]);
      return locked;
    },
    async write(tx, { locked: { sessionId: ownerId } }) {
      if (ownerId !== sessionId) throw new PrNotHeldError(await holder(tx, ownerId));
      // The next holder has not been nudged about anything yet.
      await tx.pullRequest.update({
        where: { id: pullRequestId },
        data: { sessionId: null, nudgeState: {} },
      });
      await recordStructureEvent(tx, act, {
        organizationId,
        type: 'pr.released',
        subject: { type: 'PullRequest', id: pullRequestId },
        payload: {
          name: `${owner}/${repo}#${number}`,
          from: globalId('Session', sessionId),
          fromName: sessionName(session),
          to: null,
          toName: null,
        },
      });
      return { sessionId, pullRequestId };
    },
  });
}

async function holder(tx: Tx, sessionId: string | null): Promise<{ id: string; name: string } | null> {
  if (sessionId === null) return null;
  const session = await tx.session.findUniqueOrThrow({
    where: { id: sessionId },
    include: { project: true },
  });
  return { id: sessionId, name: sessionName(session) };
}
