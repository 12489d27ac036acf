import { encodeCursor } from './cursor.ts';

/**
 * One committed change of one row, as the feed tells it.
 *
 * Positions are numbers, not bigints: they count changes from 1 without gaps, so at 10,000 changes a second it takes
 * some 28,000 years to leave the safe integers; and numbers pass through JSON, comparisons and arithmetic as they are.
 */
export type Change = {
  /** Its place in the feed, the same for every reader and for ever. Counts all organizations together. */
  readonly position: number;
  /** The position as clients see it: subscribing after it delivers what comes next. */
  readonly cursor: string;
  /** UUID. */
  readonly organizationId: string;
  /** What happened: `PR_CREATED`, `SESSION_UPDATED`, … */
  readonly type: string;
  /** The GraphQL type of what changed: `Session`, `PullRequest`, … */
  readonly entityType: string;
  /** UUID of what changed. */
  readonly entityId: string;
  /** UUIDs of everything that the change concerns, for filters; both sides of a transfer are among them. */
  readonly subjects: readonly string[];
  /** `{ row, changed, …extras }`, with SDL field names and global ids. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly actor: ChangeActor;
  /** Of the request that made it; null for other programs and for jobs. */
  readonly requestId: string | null;
  readonly occurredAt: Date;
};

export type ChangeActor = {
  readonly kind: 'USER' | 'AGENT' | 'SYSTEM' | 'DATABASE';
  /** UUID of the user or agent; null for the system and for other programs. */
  readonly id: string | null;
  readonly name: string;
};

/**
 * SQL for one change as JSON, out of a row `c` of `change_log`. The sequencer and the readers of the log both use it,
 * so that a change looks the same whichever way it comes.
 */
export const CHANGE_JSON = `json_build_object(
  'position', c.position, 'organizationId', c.organization_id, 'type', c.type,
  'entityType', c.entity_type, 'entityId', c.entity_id, 'subjects', coalesce(c.subjects, '{}'), 'payload', c.payload,
  'actor', json_build_object('kind', c.actor_kind, 'id', c.actor_id, 'name', c.actor_name),
  'requestId', c.request_id, 'occurredAt', c.occurred_at)`;

/** What CHANGE_JSON makes. */
export type ChangeJson = Omit<Change, 'cursor' | 'occurredAt'> & { occurredAt: string };

/** @param epoch in which the change was given its position. */
export function changeFromJson(json: ChangeJson, epoch: string): Change {
  return {
    ...json,
    cursor: encodeCursor({ epoch, position: json.position }),
    occurredAt: new Date(json.occurredAt),
  };
}
