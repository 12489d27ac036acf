import type { Roles } from '../../auth/rights.ts';
import type { Budget } from './budget.ts';
import type { LiveConnection } from './connection.ts';

/** The open connections of one token. */
export type TokenConnections = {
  readonly connections: Set<LiveConnection>;
  /** What they may have together. */
  readonly budget: Budget;
  /** The roles that all of their subscriptions were compared with; undefined when one was opened since. */
  compared: Roles | undefined;
};
