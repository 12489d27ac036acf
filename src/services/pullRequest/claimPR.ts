import { z } from 'zod';
import { isOwnSession } from '../../auth/own.ts';
import { authorize } from '../../auth/policy.ts';
import { type Act, perform } from '../act/act.ts';
import { validate } from '../act/input.ts';
import { visibleSession } from '../session/session.ts';
import { claimed, claimInput, lockClaim, makeClaim, prepareClaim, queueOfClaim } from './pullRequestClaim.ts';

export const claimPRInput = claimInput;

const result = claimed.extend({
  sessionId: z.guid(),
  /** A claim checks nothing out, so no branch changes. */
  branchChanged: z.boolean(),
});
export type ClaimedPR = z.output<typeof result>;

/** Makes a session hold a pull request: a first claim, a claim again, or a takeover from another session. */
export async function claimPR(
  act: Act,
  { sessionId, ...input }: { sessionId: string } & z.input<typeof claimPRInput>,
) {
  const request = validate(claimPRInput, input);
  const claimer = await visibleSession(act, sessionId);
  const { organizationId } = claimer;
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) =>
      authorize(viewer, 'pullRequest.claim', organizationId, isOwnSession(viewer, claimer)),
    prepare: () => prepareClaim(act, sessionId, claimer, request),
    queue: queueOfClaim,
    lock: lockClaim,
    async write(tx, { prepared: claim, locked: existing }) {
      return { sessionId, ...(await makeClaim(tx, act, claim, existing)), branchChanged: false };
    },
  });
}
