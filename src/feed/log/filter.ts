/** A user or agent, by UUID. */
export type ActorFilter = { kind: 'USER' | 'AGENT'; id: string };

/** Selects stored changes. Every condition given must hold. */
export type ChangeFilter = {
  types?: readonly string[];
  /** UUID of the changed row. */
  entityId?: string;
  actor?: ActorFilter;
  /** UUIDs of rows. The change concerns all of them. Not empty. */
  about?: readonly string[];
  /** Inclusive. */
  since?: Date;
  /** Exclusive. */
  until?: Date;
};

/** SQL for whether a row `c` of `change_log` passes a filter, whose `filterValues` are the parameters from `$first` on. */
export function filterSql(first: number): string {
  const [types, entity, actorKind, actor, about, since, until] = Array.from(
    { length: 7 },
    (_, index) => `$${first + index}`,
  );
  return `(${types}::text[] IS NULL OR c.type = ANY (${types}::text[]))
        AND (${entity}::uuid IS NULL OR c.entity_id = ${entity}::uuid)
        AND (${actor}::uuid IS NULL OR (c.actor_id = ${actor}::uuid AND c.actor_kind::text = ${actorKind}::text))
        AND (${about}::uuid[] IS NULL OR c.subjects @> ${about}::uuid[])
        AND (${since}::timestamptz IS NULL OR c.occurred_at >= ${since}::timestamptz)
        AND (${until}::timestamptz IS NULL OR c.occurred_at < ${until}::timestamptz)`;
}

export const filterValues = ({ types, entityId, actor, about, since, until }: ChangeFilter): unknown[] =>
  [types, entityId, actor?.kind, actor?.id, about, since, until].map((value) => value ?? null);
