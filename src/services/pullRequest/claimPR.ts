/** A session takes a pull request: for the first time, again, or over from another session. */
import type { z } from 'zod';
import type { PullRequest } from '../../../prisma/client/client.ts';
import { isOwnSession } from '../../auth/own.ts';
import { authorize } from '../../auth/policy.ts';
import type { Viewer } from '../../auth/viewer.ts';
import { type Act, perform, recall } from '../act/act.ts';
import { validate } from '../act/input.ts';
import { visibleSession } from '../session/session.ts';
import { type Claimed, claimInput, lockClaim, makeClaim, prepareClaim } from './pullRequestClaim.ts';

export const claimPRInput = claimInput;

type ClaimedPR = Claimed & {
  sessionId: string;
  /** A claim checks nothing out, so no branch ever changed. */
  branchChanged: false;
};

/** Claims a pull request for a session. An earlier refusal hides the later ones. */
export async function claimPR(
  act: Act,
  { sessionId, ...input }: { sessionId: string } & z.input<typeof claimPRInput>,
) {
  const request = validate(claimPRInput, input);
  const claimer = await visibleSession(act, sessionId);
  const { organizationId } = claimer;
  const may = (viewer: Viewer) =>
    authorize(viewer, 'pullRequest.claim', organizationId, isOwnSession(viewer, claimer));
  may(act.viewer);
  const earlier = await recall<ClaimedPR>(act, organizationId);
  if (earlier) return earlier;

  const claim = await prepareClaim(act, sessionId, claimer, request);
  return await perform<ClaimedPR, PullRequest | null>(act, {
    organizationId,
    may,
    lock: (tx) => lockClaim(tx, claim),
    work: async (tx, existing) => ({
      sessionId,
      ...(await makeClaim(tx, act, claim, existing)),
      branchChanged: false,
    }),
  });
}
