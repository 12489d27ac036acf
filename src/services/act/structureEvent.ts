/** The audit trail of changes to the structure. Its events are kept for ever. */
import type { Prisma } from '../../../prisma/client/client.ts';
import type { Actor, Tx } from '../../database/db.ts';

/** `noun.verb`, as clients filter by it. A CHECK of the table has the same list: a new type needs a migration. */
export const STRUCTURE_EVENT_TYPES = [
  'pr.claimed',
  'pr.released',
  'member.invited',
  'member.invitation_declined',
  'member.invitation_withdrawn',
  'member.added',
  'member.role_changed',
  'member.removed',
  'token.created',
  'token.revoked',
  'repository.granted',
  'repository.grant_revoked',
  'agent.hired',
  'agent.failed',
  'agent.offboarded',
  'workspace.removed',
  'execution_workspace.closed',
  'execution_workspace.reopened',
  'template.released',
  'template.installed',
  'template.resynced',
  'template.uninstalled',
  'org.import.started',
  'org.import.completed',
  'org.import.failed',
] as const;

export type StructureEventType = (typeof STRUCTURE_EVENT_TYPES)[number];

export type StructureEventInput = {
  organizationId: string;
  type: StructureEventType;
  subject: { type: string; id: string };
  /** With a readable name beside each id, as of the event: an id alone says nothing when the object is gone. */
  payload?: Prisma.InputJsonObject;
  /** The import that it is part of. */
  importId?: string | null;
};

/** Who acts, and in which request. A job acts as the system, without a request. */
export type Author = {
  viewer: Actor;
  requestId: string | null;
  /**
   * Set when the act matters more than its audit trail: an insert into the trail that fails is undone alone and reported
   * here, and the act goes on. Without it, the act fails.
   */
  auditFailed?: (error: unknown) => void;
};

/** Writes one event. Call it in the transaction of the change, so that one is committed only with the other. */
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
  author: Author,
  events: StructureEventInput[],
): Promise<void> {
  if (events.length === 0) return;
  const { auditFailed } = author;
  if (!auditFailed) return await insertStructureEvents(tx, author, events);
  await tx.$executeRaw`SAVEPOINT audit`;
  try {
    await insertStructureEvents(tx, author, events);
    await tx.$executeRaw`RELEASE SAVEPOINT audit`;
  } catch (error) {
    // When the connection is gone, this throws and the act fails after all.
    await tx.$executeRaw`ROLLBACK TO SAVEPOINT audit`;
    auditFailed(error);
  }
}

/** At the time of the statement: an import commits its start while the transaction that its other events are in runs. */
async function insertStructureEvents(
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
      (organization_id, type, subject_type, subject_id, actor_kind, actor_id, actor_name, request_id, token_id, payload,
       import_id, occurred_at)
    SELECT e.organization_id, e.type, e.subject_type, e.subject_id, ${viewer.kind}::actor_kind, ${viewer.id}::uuid,
           ${viewer.name}, ${requestId}, ${viewer.tokenId ?? null}::uuid, e.payload, e.import_id, clock_timestamp()
      FROM json_to_recordset(${JSON.stringify(rows)}::json) AS e(
        organization_id uuid, type text, subject_type text, subject_id uuid, payload jsonb, import_id uuid
      )`;
}
