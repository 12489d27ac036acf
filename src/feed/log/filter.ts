/** A user or agent, by UUID. */
export type ActorFilter = { kind: 'USER' | 'AGENT'; id: string };

/** Selects stored changes. Every condition given must hold. */
export type ChangeFilter = {
  types?: readonly string[];
  /** UUID of the changed row. */
  entityId?: string;
  actor?: ActorFilter;
  /** Inclusive. */
  since?: Date;
  /** Exclusive. */
  until?: Date;
};
