/** The audit trail: what was done to the structure, by whom, kept for ever. */
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

/** Who does it, and by which request; an act has both, and so has a job, which acts as the system. */
export type Author = { viewer: Actor; requestId: string | null };

/** Writes one event, in the transaction of what it tells of: it is there exactly when that has happened. */
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
