/** The claim of a session that is being spawned. A refusal means that there will be no session. */
import type { z } from 'zod';
import type { Project } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import { SpawnRolledBackError, UserError } from '../../errors/errors.ts';
import { globalId } from '../../value/globalId.ts';
import type { Act } from '../act/act.ts';
import {
  type Claim,
  type Claimed,
  type claimInput,
  type LockedClaim,
  makeClaim,
  prepareClaim,
} from '../pullRequest/pullRequestClaim.ts';
import type { Claimer } from './sessionRule.ts';

export async function prepareSpawnClaim(
  act: Act,
  sessionId: string,
  claimer: Claimer & { project: Project },
  request: z.output<typeof claimInput>,
): Promise<Claim> {
  return await orRolledBack({ pr: request.pr, sessionId }, () =>
    prepareClaim(act, sessionId, claimer, request),
  );
}

export async function makeSpawnClaim(tx: Tx, act: Act, claim: Claim, locked: LockedClaim): Promise<Claimed> {
  return await orRolledBack(claim, () => makeClaim(tx, act, claim, locked));
}

/** @throws SpawnRolledBackError with the UserError of the claim as its cause */
async function orRolledBack<Result>(
  { pr, sessionId }: { pr: string; sessionId: string },
  claim: () => Promise<Result>,
): Promise<Result> {
  try {
    return await claim();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new SpawnRolledBackError(error, { pr, sessionId: globalId('Session', sessionId) });
  }
}
