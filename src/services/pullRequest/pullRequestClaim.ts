/** What a claim of a pull request is, whoever makes it: a session that is there, or one that begins with it. */
import { z } from 'zod';
import type { Project, PullRequest, Session } from '../../../prisma/client/client.ts';
import type { Tx } from '../../db.ts';
import {
  NotFoundError,
  PrClaimedByActiveSessionError,
  PrNotOpenError,
  ProjectNotResolvableError,
  SessionNotClaimableError,
  SessionNoWorkspaceError,
  SessionTerminatedError,
} from '../../errors.ts';
import { globalId } from '../../globalId.ts';
import type { Act } from '../act/act.ts';
import { text } from '../act/input.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import type { PullRequestCoordinates } from '../port/pullRequestSource.ts';
import { lockSessions } from '../session/session.ts';
import { lockPullRequest } from './pullRequestLock.ts';
import { type NumberedFacts, observePullRequest, writePullRequest } from './pullRequestRecord.ts';
import { parsePullRequestRef, resolvePullRequestRef } from './pullRequestRef.ts';

export const claimInput = z.object({ pr: text(1, 2000), allowTakeover: z.boolean() });

/** A session, as far as it decides whether it may claim. */
export type Claimer = Pick<Session, 'kind' | 'isTerminated' | 'workspacePath'> & { project: Project };

/** A claim whose pull request the host has been asked for. */
export type Claim = {
  organizationId: string;
  sessionId: string;
  /** The pull request, as it was referred to. */
  pr: string;
  allowTakeover: boolean;
  asked: PullRequestCoordinates;
  observed: NumberedFacts;
};

export type Claimed = {
  pullRequestId: string;
  /** Who held it, when that was another session. */
  takenOverFrom: string[];
};

/**
 * The part of a claim that comes before the transaction: the host may be slow. What was true of the claimer then is
 * asked again inside, under locks, for it may have been terminated meanwhile. An earlier refusal hides the later ones.
 */
export async function prepareClaim(
  act: Act,
  sessionId: string,
  claimer: Claimer,
  { pr, allowTakeover }: z.output<typeof claimInput>,
): Promise<Claim> {
  assertMayClaim(claimer);
  const asked = resolvePullRequestRef(parsePullRequestRef(pr), claimer.project);
  const observed = await observePullRequest(act, asked);
  assertOpen(observed.facts.state);
  const { organizationId } = claimer.project;
  return { organizationId, sessionId, pr, allowTakeover, asked, observed };
}

/** Locks what the claim changes, and answers the pull request as it is held already, if it is. */
export async function lockClaim(tx: Tx, claim: Claim): Promise<PullRequest | null> {
  const { organizationId, sessionId, asked, observed } = claim;
  const existing = await lockPullRequest(tx, organizationId, asked, observed.facts);
  await lockSessions(tx, existing ? [sessionId, existing.sessionId] : [sessionId]);
  return existing;
}

/** Makes the session hold the pull request. To be called under the locks of the claim. */
export async function makeClaim(
  tx: Tx,
  act: Act,
  { organizationId, sessionId, allowTakeover, observed }: Claim,
  existing: PullRequest | null,
): Promise<Claimed> {
  assertMayClaim(await sessionWithProject(tx, sessionId));
  // Another claim may have seen it merged after we saw it open.
  if (existing && existing.factsNumber > observed.number) assertOpen(existing.state);

  const ownerId = existing?.sessionId ?? null;
  const previousOwner =
    ownerId !== null && ownerId !== sessionId ? await sessionWithProject(tx, ownerId) : null;
  if (previousOwner && !previousOwner.isTerminated && !allowTakeover) {
    throw new PrClaimedByActiveSessionError({ id: previousOwner.id, name: nameOf(previousOwner) });
  }

  const pullRequestId = await writePullRequest(tx, organizationId, sessionId, existing, observed);
  if (ownerId !== sessionId) {
    await recordStructureEvent(tx, act, {
      organizationId,
      type: 'pr.claimed',
      subject: { type: 'PullRequest', id: pullRequestId },
      payload: { from: ownerId && globalId('Session', ownerId), to: globalId('Session', sessionId) },
    });
  }
  return { pullRequestId, takenOverFrom: previousOwner ? [previousOwner.id] : [] };
}

function assertMayClaim({ isTerminated, kind, workspacePath, project }: Claimer): void {
  if (isTerminated) throw new SessionTerminatedError();
  if (kind === 'ORCHESTRATOR') {
    throw new SessionNotClaimableError('An orchestrator session does not work on pull requests itself.');
  }
  if (!workspacePath?.trim()) throw new SessionNoWorkspaceError();
  if (project.archivedAt) {
    throw new ProjectNotResolvableError(`Project "${project.slug}" is archived.`);
  }
  if (project.kind === 'SCRATCH') {
    throw new SessionNotClaimableError('A scratch project has no pull requests.');
  }
}

function assertOpen(state: 'DRAFT' | 'OPEN' | 'MERGED' | 'CLOSED'): void {
  if (state === 'MERGED' || state === 'CLOSED') throw new PrNotOpenError(state);
}

type SessionWithProject = Session & { project: Project };

async function sessionWithProject(tx: Tx, id: string): Promise<SessionWithProject> {
  const session = await tx.session.findUnique({ where: { id }, include: { project: true } });
  // A session that owns no pull request may be deleted while the host answers.
  if (!session) throw new NotFoundError();
  return session;
}

function nameOf({ project, num }: SessionWithProject): string {
  return `${project.slug}-${num}`;
}
