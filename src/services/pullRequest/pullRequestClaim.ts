/** The claim of a pull request: by a session that exists, or by one that is spawned with it. */
import { z } from 'zod';
import type { ExecutionWorkspace, Project, PullRequest, Session } from '../../../prisma/client/client.ts';
import type { Tx } from '../../db.ts';
import { NotFoundError, PrClaimedByActiveSessionError, PrNotOpenError } from '../../errors.ts';
import { globalId } from '../../globalId.ts';
import type { Act } from '../act/act.ts';
import { text } from '../act/input.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import type { PullRequestCoordinates, PullRequestFacts } from '../port/pullRequestSource.ts';
import { lockSessions } from '../session/session.ts';
import { type Claimer, claimRefusal, sessionName } from '../session/sessionRule.ts';
import { type NumberedFacts, observePullRequest } from './observedFacts.ts';
import { lockPullRequest, pullRequestName } from './pullRequestLock.ts';
import { writePullRequest } from './pullRequestRecord.ts';
import { parsePullRequestRef, resolvePullRequestRef } from './pullRequestRef.ts';
import { isOver } from './pullRequestRule.ts';
import { recordFacts } from './recordFacts.ts';

export const claimInput = z.object({ pr: text(1, 2000), allowTakeover: z.boolean() });

/** A claim, with the facts that the host returned for it. */
export type Claim = {
  organizationId: string;
  sessionId: string;
  /** The reference to the pull request, as the caller wrote it. */
  pr: string;
  allowTakeover: boolean;
  asked: PullRequestCoordinates;
  observed: NumberedFacts;
};

export const claimed = z.object({
  pullRequestId: z.guid(),
  /** The session that held it, when that was another one. */
  takenOverFrom: z.array(z.guid()),
});

export type Claimed = z.output<typeof claimed>;

/**
 * The part of a claim before the transaction: it asks the host, which may be slow. `makeClaim` checks the claimer again
 * under its locks, because it may have been terminated meanwhile.
 */
export async function prepareClaim(
  act: Act,
  sessionId: string,
  claimer: Claimer & { project: Project },
  { pr, allowTakeover }: z.output<typeof claimInput>,
): Promise<Claim> {
  assertMayClaim(claimer);
  const asked = resolvePullRequestRef(parsePullRequestRef(pr), claimer.project);
  const { organizationId } = claimer.project;
  const observed = await observePullRequest(act, organizationId, asked, 'CLAIM');
  const { state } = observed.facts;
  // The refusal of this claim is no reason to forget the merge.
  if (isOver(state)) await recordFacts(act, { organizationId, asked, observed });
  assertOpen(state);
  return { organizationId, sessionId, pr, allowTakeover, asked, observed };
}

/** The queue that a claim stands in. Whose session holds the pull request is known only under its lock. */
export function queueOfClaim({ organizationId, sessionId, asked }: Claim): string[] {
  return [pullRequestName(organizationId, asked), sessionId];
}

/** Locks the rows that the claim changes. Returns the pull request when it has a row already. */
export async function lockClaim(tx: Tx, claim: Claim): Promise<PullRequest | null> {
  const { organizationId, sessionId, asked, observed } = claim;
  const existing = await lockPullRequest(tx, organizationId, asked, observed.facts);
  await lockSessions(tx, existing?.sessionId ? [sessionId, existing.sessionId] : [sessionId]);
  return existing;
}

/** Makes the session hold the pull request. Call it under the locks of `lockClaim`. */
export async function makeClaim(
  tx: Tx,
  act: Act,
  { organizationId, sessionId, allowTakeover, observed }: Claim,
  existing: PullRequest | null,
): Promise<Claimed> {
  // A close of its execution workspace runs either before, and the claim is refused, or after.
  await tx.$queryRaw`
    SELECT FROM execution_workspace
     WHERE id = (SELECT execution_workspace_id FROM session WHERE id = ${sessionId}::uuid) FOR SHARE`;
  const claimer = await sessionWithProject(tx, sessionId);
  assertMayClaim(claimer);
  // Facts newer than ours may say that it has been merged.
  if (existing && existing.factsNumber > observed.number) assertOpen(existing.state);

  const ownerId = existing?.sessionId ?? null;
  const previousOwner =
    ownerId !== null && ownerId !== sessionId ? await sessionWithProject(tx, ownerId) : null;
  if (previousOwner && !previousOwner.isTerminated && !allowTakeover) {
    throw new PrClaimedByActiveSessionError({ id: previousOwner.id, name: sessionName(previousOwner) });
  }

  const pullRequestId = await writePullRequest(tx, organizationId, sessionId, existing, observed, act);
  if (ownerId !== sessionId) {
    const { owner, repo, number } = observed.facts.coordinates;
    await recordStructureEvent(tx, act, {
      organizationId,
      type: 'pr.claimed',
      subject: { type: 'PullRequest', id: pullRequestId },
      payload: {
        name: `${owner}/${repo}#${number}`,
        from: ownerId && globalId('Session', ownerId),
        fromName: previousOwner && sessionName(previousOwner),
        to: globalId('Session', sessionId),
        toName: sessionName(claimer),
      },
    });
  }
  return { pullRequestId, takenOverFrom: previousOwner ? [previousOwner.id] : [] };
}

function assertMayClaim(claimer: Claimer): void {
  const refusal = claimRefusal(claimer);
  if (refusal) throw refusal;
}

function assertOpen(state: PullRequestFacts['state']): void {
  if (isOver(state)) throw new PrNotOpenError(state);
}

type SessionWithProject = Session & { project: Project; executionWorkspace: ExecutionWorkspace | null };

async function sessionWithProject(tx: Tx, id: string): Promise<SessionWithProject> {
  const session = await tx.session.findUnique({
    where: { id },
    include: { project: true, executionWorkspace: true },
  });
  // A session without pull requests may be deleted while the host answers.
  if (!session) throw new NotFoundError('sessionId');
  return session;
}
