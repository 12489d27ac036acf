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
    | 'agent.offboarded'
    | 'workspace.removed';
  subject: { type: string; id: string };
  payload?: Prisma.InputJsonObject;
  /** The import that it is part of. */
  importId?: string | null;
};

/** Who does it, and by which request; an act has both, and so has a job, which acts as the system. */
export type Author = { viewer: Actor; requestId: string | null };

/** Writes one event, in the transaction of what it tells of: it is there exactly when that has happened. */
export async function recordStructureEvent(
  tx: Tx,
  author: Author,
  event: StructureEventInput,
): Promise<void> {
  await recordStructureEvents(tx, author, [event]);
}

/** Writes events in one statement, however many there are. */
export async function recordStructureEvents(
  tx: Tx,
  { viewer, requestId }: Author,
  events: StructureEventInput[],
): Promise<void> {
  const rows = events.map(({ organizationId, type, subject, payload = {}, importId = null }) => ({
    organization_id: organizationId,
    type,
    subject_type: subject.type,
    subject_id: subject.id,
    payload,
    import_id: importId,
  }));
  await tx.$executeRaw`
    INSERT INTO structure_event
      (organization_id, type, subject_type, subject_id, actor_kind, actor_id, actor_name, request_id, payload, import_id)
    SELECT e.organization_id, e.type, e.subject_type, e.subject_id, ${viewer.kind}::actor_kind, ${viewer.id}::uuid,
           ${viewer.name}, ${requestId}, e.payload, e.import_id
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS e(
        organization_id uuid, type text, subject_type text, subject_id uuid, payload jsonb, import_id uuid
      )`;
}
