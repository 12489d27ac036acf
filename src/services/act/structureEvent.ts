/** The audit trail of changes to the structure. Its events are kept for ever. */
import type { Prisma } from '../../../prisma/client/client.ts';
import type { Actor, Tx } from '../../db.ts';

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

/** Who acts, and in which request. A job acts as the system, without a request. */
export type Author = { viewer: Actor; requestId: string | null };

/** Writes one event. Call it in the transaction of the change, so that one is committed only with the other. */
export async function recordStructureEvent(
  tx: Tx,
  { viewer, requestId }: Author,
  event: StructureEventInput,
): Promise<void> {
  await tx.structureEvent.create({
    data: {
      organizationId: event.organizationId,
      type: event.type,
      subjectType: event.subject.type,
      subjectId: event.subject.id,
      actorKind: viewer.kind,
      actorId: viewer.id,
      actorName: viewer.name,
      requestId,
      payload: event.payload ?? {},
    },
  });
}
