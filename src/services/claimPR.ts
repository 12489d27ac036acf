/** A session takes a pull request: for the first time, again, or over from another session. */
import { z } from 'zod';
import type { Project, PullRequest, Session } from '../../prisma/client/client.ts';
import { authorize } from '../auth/policy.ts';
import type { Viewer } from '../auth/viewer.ts';
import type { Tx } from '../db.ts';
import {
  NotFoundError,
  PrClaimedByActiveSessionError,
  PrNotOpenError,
  ProjectNotResolvableError,
  SessionNotClaimableError,
  SessionNoWorkspaceError,
  SessionTerminatedError,
} from '../errors.ts';
import { globalId } from '../globalId.ts';
import { type Act, perform, recall } from './act.ts';
import { text, validate } from './input.ts';
import { lockPullRequest } from './pullRequestLock.ts';
import { observePullRequest, writePullRequest } from './pullRequestRecord.ts';
import { parsePullRequestRef, resolvePullRequestRef } from './pullRequestRef.ts';
import { lockSessions, visibleSession } from './session.ts';
import { recordStructureEvent } from './structureEvent.ts';

export const claimPRInput = z.object({ pr: text(1, 2000), allowTakeover: z.boolean() });

type Claimed = {
  sessionId: string;
  pullRequestId: string;
  /** Who held it, when that was another session. */
  takenOverFrom: string[];
  /** A claim checks nothing out, so no branch ever changed. */
  branchChanged: false;
};

/**
 * Claims a pull request for a session. An earlier refusal hides the later ones.
 *
 * The host is asked before the transaction: it may be slow. What was true of the claimer then is asked again inside,
 * under locks, for it may have been terminated meanwhile.
 */
export async function claimPR(
  act: Act,
  { sessionId, ...input }: { sessionId: string } & z.input<typeof claimPRInput>,
) {
  const { pr, allowTakeover } = validate(claimPRInput, input);
  const claimer = await visibleSession(act, sessionId);
  const { organizationId } = claimer;
  const may = (viewer: Viewer) => authorize(viewer, 'pullRequest.claim', organizationId);
  may(act.viewer);
  const earlier = await recall<Claimed>(act, organizationId);
  if (earlier) return earlier;

  assertMayClaim(claimer);
  const asked = resolvePullRequestRef(parsePullRequestRef(pr), claimer.project);
  const observed = await observePullRequest(act, asked);
  assertOpen(observed.facts.state);

  return await perform<Claimed, PullRequest | null>(act, {
    organizationId,
    may,
    async lock(tx) {
      const existing = await lockPullRequest(tx, organizationId, [observed.facts.coordinates, asked]);
      await lockSessions(tx, existing ? [sessionId, existing.sessionId] : [sessionId]);
      return existing;
    },
    async work(tx, existing) {
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
      return {
        sessionId,
        pullRequestId,
        takenOverFrom: previousOwner ? [previousOwner.id] : [],
        branchChanged: false,
      };
    },
  });
}

type SessionWithProject = Session & { project: Project };

function assertMayClaim(session: SessionWithProject): void {
  if (session.isTerminated) throw new SessionTerminatedError();
  if (session.kind === 'ORCHESTRATOR') {
    throw new SessionNotClaimableError('An orchestrator session does not work on pull requests itself.');
  }
  if (!session.workspacePath?.trim()) throw new SessionNoWorkspaceError();
  if (session.project.archivedAt) {
    throw new ProjectNotResolvableError(`Project "${session.project.slug}" is archived.`);
  }
  if (session.project.kind === 'SCRATCH') {
    throw new SessionNotClaimableError('A scratch project has no pull requests.');
  }
}

function assertOpen(state: 'DRAFT' | 'OPEN' | 'MERGED' | 'CLOSED'): void {
  if (state === 'MERGED' || state === 'CLOSED') throw new PrNotOpenError(state);
}

async function sessionWithProject(tx: Tx, id: string): Promise<SessionWithProject> {
  const session = await tx.session.findUnique({ where: { id }, include: { project: true } });
  // A session that owns no pull request may be deleted while the host answers.
  if (!session) throw new NotFoundError();
  return session;
}

function nameOf({ project, num }: SessionWithProject): string {
  return `${project.slug}-${num}`;
}
