/** A project has at most one live orchestrator. A key of the database holds this for every program. */
import type { Session } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import { violatedConstraint } from '../../database/sqlError.ts';
import { LIVE_ORCHESTRATOR } from './sessionRule.ts';

const KEY = 'session_orchestrator_key';

/** The live orchestrator of a project. While the project is locked, no act starts another one. */
export async function liveOrchestrator(
  tx: Tx,
  { organizationId, id: projectId }: { organizationId: string; id: string },
): Promise<Session | null> {
  return await tx.session.findFirst({ where: { organizationId, projectId, ...LIVE_ORCHESTRATOR } });
}

/**
 * Runs an act that may start an orchestrator. Another program, which need not lock the project, may start one at the same
 * time. The act is then run again, and finds that one.
 */
export async function startingOrchestrator<Result>(act: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (violatedConstraint(error) !== KEY) throw error;
    }
  }
}
