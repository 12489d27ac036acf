import { encodeCursor } from './cursor.ts';

/**
 * One committed change of one row.
 *
 * A position is a number, not a bigint: positions count changes from 1 without gaps, so at 10,000 changes a second they
 * stay safe integers for about 28,000 years, and numbers work in JSON, comparisons and arithmetic.
 */
export type Change = {
  /** The change's position in the feed. It never changes, and it counts the changes of all organizations together. */
  readonly position: number;
  /** The position as clients see it. Subscribing after it delivers the changes that follow. */
  readonly cursor: string;
  /** UUID. */
  readonly organizationId: string;
  /** What happened: `PR_CREATED`, `SESSION_UPDATED`, … */
  readonly type: string;
  /** The GraphQL type of the changed row: `Session`, `PullRequest`, … */
  readonly entityType: string;
  /** UUID of the changed row. */
  readonly entityId: string;
  /** UUIDs of every row that the change concerns, for filters. A transfer lists both of its sides. */
  readonly subjects: readonly string[];
  /** `{ row, changed, …extras }`, with SDL field names and global ids. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly actor: ChangeActor;
  /** Id of the request that made the change; null for jobs and for other programs. */
  readonly requestId: string | null;
  /** UUID of the token that the request was sent with; null without a request. */
  readonly tokenId: string | null;
  readonly occurredAt: Date;
};

export type ChangeActor = {
  readonly kind: 'USER' | 'AGENT' | 'SYSTEM' | 'DATABASE';
  /** UUID of the user or agent; null for the system and for other programs. */
  readonly id: string | null;
  readonly name: string;
};

/**
 * SQL for one change as JSON, from a row `c` of `change_log`. The sequencer and the readers of the log share it, so a
 * change looks the same whether it arrives over the bus or from the log.
 */
export const CHANGE_JSON = `json_build_object(
  'position', c.position, 'organizationId', c.organization_id, 'type', c.type,
  'entityType', c.entity_type, 'entityId', c.entity_id, 'subjects', coalesce(c.subjects, '{}'), 'payload', c.payload,
  'actor', json_build_object('kind', c.actor_kind, 'id', c.actor_id, 'name', c.actor_name),
  'requestId', c.request_id, 'tokenId', c.token_id, 'occurredAt', c.occurred_at)`;

/** The shape that CHANGE_JSON returns. */
export type ChangeJson = Omit<Change, 'cursor' | 'occurredAt'> & { occurredAt: string };

/** @param epoch the history in which the change got its position. */
export function changeFromJson(json: ChangeJson, epoch: string): Change {
  return {
    ...json,
    cursor: encodeCursor({ epoch, position: json.position }),
    occurredAt: new Date(json.occurredAt),
  };
}
