/** Writes facts about a pull request that a session holds, in a transaction of their own. */
import type { PullRequest } from '../../../prisma/client/client.ts';
import type { Actor, Tx } from '../../db.ts';
import type { Act } from '../act/act.ts';
import type { PullRequestCoordinates } from '../port/pullRequestSource.ts';
import { lockSessions } from '../session/session.ts';
import type { NumberedFacts } from './observedFacts.ts';
import { lockPullRequest, pullRequestName } from './pullRequestLock.ts';
import { writePullRequest } from './pullRequestRecord.ts';

export type Observation = {
  organizationId: string;
  asked: PullRequestCoordinates;
  observed: NumberedFacts;
  attempt?: number;
};

/** The viewer's facts, who learned them by an act of another purpose. Without a row there is nothing to write. */
export async function recordFacts(
  { viewer, requestId, db, jobs }: Pick<Act, 'viewer' | 'requestId' | 'db' | 'jobs'>,
  observation: Observation,
): Promise<void> {
  const { kind, id, name, tokenId } = viewer;
  const actor: Actor = { kind, id, name, tokenId };
  const { organizationId, asked } = observation;
  const queue = [pullRequestName(organizationId, asked)];
  await db.transact({ actor, requestId, queue }, (tx) => writeFacts(tx, jobs, observation));
}

/** Null when no session of the organization has held the pull request. Its owner does not change. */
export async function writeFacts(
  tx: Tx,
  jobs: Act['jobs'],
  { organizationId, asked, observed, attempt }: Observation,
): Promise<PullRequest | null> {
  const existing = await lockPullRequest(tx, organizationId, asked, observed.facts);
  if (!existing) return null;
  // A merge may terminate the owner.
  await lockSessions(tx, [existing.sessionId]);
  await writePullRequest(tx, organizationId, existing.sessionId, existing, observed, { jobs, attempt });
  return existing;
}
