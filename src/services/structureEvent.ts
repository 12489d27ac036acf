/** The audit trail: what was done to the structure, by whom, kept for ever. */
import type { Prisma } from '../../prisma/client/client.ts';
import type { Tx } from '../db.ts';
import type { Act } from './act.ts';

export type StructureEventInput = {
  organizationId: string;
  /** `noun.verb`, as clients filter by it. */
  type:
    | 'pr.claimed'
    | 'member.added'
    | 'member.role_changed'
    | 'member.removed'
    | 'token.created'
    | 'token.revoked'
    | 'agent.hired'
    | 'agent.failed'
    | 'agent.offboarded';
  subject: { type: string; id: string };
  payload?: Prisma.InputJsonObject;
};

/** Writes one event, in the act's own transaction: it is there exactly when the act happened. */
export async function recordStructureEvent(tx: Tx, act: Act, event: StructureEventInput): Promise<void> {
  await tx.structureEvent.create({
    data: {
      organizationId: event.organizationId,
      type: event.type,
      subjectType: event.subject.type,
      subjectId: event.subject.id,
      actorKind: act.viewer.kind,
      actorId: act.viewer.id,
      actorName: act.viewer.name,
      requestId: act.requestId,
      payload: event.payload ?? {},
    },
  });
}
