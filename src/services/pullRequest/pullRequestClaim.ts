/** The claim of a pull request: by a session that exists, or by one that is spawned with it. */
import { z } from 'zod';
import type { Project } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import { NotFoundError, PrClaimedByActiveSessionError, PrNotOpenError } from '../../errors/errors.ts';
import { globalId } from '../../value/globalId.ts';
import type { Act } from '../act/act.ts';
import { text } from '../act/input.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import { holdExecutionWorkspace } from '../executionWorkspace/executionWorkspace.ts';
import type { PullRequestCoordinates, PullRequestFacts } from '../port/pullRequestSource.ts';
import { lockSessionsInProjects, type SessionInProject } from '../session/session.ts';
import { type Claimer, claimRefusal, sessionName } from '../session/sessionRule.ts';
import { type NumberedFacts, observePullRequest } from './observedFacts.ts';
import { lockPullRequest, pullRequestName, type StoredPullRequest } from './pullRequestLock.ts';
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

/** The rows that decide about a claim, locked. */
export type LockedClaim = {
  /** Null when the pull request has no row yet. */
  existing: StoredPullRequest | null;
  /** The session that holds it, when that is another one than the claimer. */
  holder: SessionInProject | null;
  claimer: Claimer & { num: number };
};

/** Locks the rows that the claim of a session changes. */
export async function lockClaim(tx: Tx, claim: Claim): Promise<LockedClaim> {
  const {
    existing,
    holder,
    claimer: session,
  } = await lockPullRequestAndSessions(tx, claim, [claim.sessionId]);
  // A session without pull requests may be deleted while the host answers.
  if (!session) throw new NotFoundError('sessionId');
  const { executionWorkspaceId, projectId } = session;
  // A close of the execution workspace runs either before, and the claim is refused, or after.
  const executionWorkspace =
    executionWorkspaceId === null ? null : await holdExecutionWorkspace(tx, executionWorkspaceId);
  // A statement of its own: the one that locks the session would show the project as it was before a wait for the lock.
  const { archivedAt } = await tx.project.findUniqueOrThrow({
    where: { id: projectId },
    select: { archivedAt: true },
  });
  const project = { ...session.project, archivedAt };
  return { existing, holder, claimer: { ...session, project, executionWorkspace } };
}

/** Locks the rows that the claim of a session changes that has no row yet. */
export async function lockSpawnClaim(tx: Tx, claim: Claim): Promise<Omit<LockedClaim, 'claimer'>> {
  return await lockPullRequestAndSessions(tx, claim, []);
}

async function lockPullRequestAndSessions(
  tx: Tx,
  { organizationId, sessionId, asked, observed }: Claim,
  claimerIds: string[],
) {
  const existing = await lockPullRequest(tx, organizationId, asked, observed.facts);
  const holderId = existing?.sessionId ?? null;
  const ids = holderId === null || holderId === sessionId ? claimerIds : [...claimerIds, holderId];
  const sessions =
    ids.length > 0 ? await lockSessionsInProjects(tx, ids) : new Map<string, SessionInProject>();
  const claimer = sessions.get(sessionId) ?? null;
  const holder = holderId === null || holderId === sessionId ? null : (sessions.get(holderId) ?? null);
  return { existing, claimer, holder };
}

/** Makes the session hold the pull request. */
export async function makeClaim(
  tx: Tx,
  act: Act,
  { organizationId, sessionId, allowTakeover, observed }: Claim,
  { existing, holder: previousOwner, claimer }: LockedClaim,
): Promise<Claimed> {
  assertMayClaim(claimer);
  // Facts newer than ours may say that it has been merged.
  if (existing && existing.factsNumber > observed.number) assertOpen(existing.state);
  if (previousOwner && !previousOwner.isTerminated && !allowTakeover) {
    throw new PrClaimedByActiveSessionError({ id: previousOwner.id, name: sessionName(previousOwner) });
  }

  const pullRequestId = await writePullRequest(tx, organizationId, sessionId, existing, observed, act);
  const ownerId = existing?.sessionId ?? null;
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
