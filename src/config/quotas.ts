/** How much an organization may have, and an agent may write. docs/limits.md explains each. */
export type Quotas = {
  /** Agents of an organization that are not offboarded. */
  readonly agents: number;
  /** Tokens of an organization that are neither revoked nor expired. */
  readonly tokens: number;
  /** Keys in an agent's memory. */
  readonly agentMemories: number;
  /** Bytes of the keys and values in an agent's memory. */
  readonly agentMemoryBytes: number;
  /** Entries that an agent's log takes in one day (UTC), refused mutations aside. */
  readonly agentActionsPerDay: number;
  /** Bytes of these entries. */
  readonly agentActionBytesPerDay: number;
  /** Refused mutations that an agent's log lists in one minute. It counts the others. */
  readonly agentRefusalsPerMinute: number;
};

export const DEFAULT_QUOTAS: Quotas = {
  agents: 20_000,
  tokens: 50_000,
  agentMemories: 10_000,
  agentMemoryBytes: 64 * 1024 * 1024,
  agentActionsPerDay: 10_000,
  agentActionBytesPerDay: 64 * 1024 * 1024,
  agentRefusalsPerMinute: 10,
};

/** The quotas that refuse a mutation, as the API names them. */
export const QUOTA_NAME = {
  AGENTS: 'agents',
  TOKENS: 'tokens',
  AGENT_MEMORIES: 'agentMemories',
  AGENT_MEMORY_BYTES: 'agentMemoryBytes',
  AGENT_ACTIONS_PER_DAY: 'agentActionsPerDay',
  AGENT_ACTION_BYTES_PER_DAY: 'agentActionBytesPerDay',
} as const satisfies Record<string, keyof Quotas>;

export type QuotaName = keyof typeof QUOTA_NAME;
