import type { QuotaName } from '../config/quotas.ts';
import { UserError } from './userError.ts';

const SUBJECT: Record<QuotaName, (limit: number) => string> = {
  AGENTS: (limit) => `An organization may have ${limit} agents that are not offboarded.`,
  TOKENS: (limit) => `An organization may have ${limit} tokens that are neither revoked nor expired.`,
  AGENT_MEMORIES: (limit) => `An agent's memory may have ${limit} keys.`,
  AGENT_MEMORY_BYTES: (limit) => `The keys and values in an agent's memory may have ${limit} bytes.`,
  AGENT_ACTIONS_PER_DAY: (limit) => `An agent's action log takes ${limit} entries in one day (UTC).`,
  AGENT_ACTION_BYTES_PER_DAY: (limit) =>
    `The entries of one day (UTC) in an agent's action log may have ${limit} bytes.`,
};

/** The act would exceed a quota of the organization or of the agent. */
export class QuotaExceededError extends UserError {
  static override readonly code = 'QUOTA_EXCEEDED';
  readonly quota: QuotaName;
  readonly limit: number;

  constructor(quota: QuotaName, limit: number) {
    super(SUBJECT[quota](limit));
    this.quota = quota;
    this.limit = limit;
  }
}
