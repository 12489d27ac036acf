/** Writes facts about a known pull request, in a transaction of their own. */
import type { Actor, Tx } from '../../database/db.ts';
import type { Act } from '../act/act.ts';
import type { PullRequestCoordinates } from '../port/pullRequestSource.ts';
import type { NumberedFacts } from './observedFacts.ts';
import { lockHolder, lockPullRequest, pullRequestName, type StoredPullRequest } from './pullRequestLock.ts';
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

/** Null when no session of the organization has held the pull request. Who holds it does not change. */
export async function writeFacts(
  tx: Tx,
  jobs: Act['jobs'],
  { organizationId, asked, observed, attempt }: Observation,
): Promise<StoredPullRequest | null> {
  const existing = await lockPullRequest(tx, organizationId, asked, observed.facts);
  if (!existing) return null;
  await lockHolder(tx, existing);
  await writePullRequest(tx, organizationId, existing.sessionId, existing, observed, { jobs, attempt });
  return existing;
}
