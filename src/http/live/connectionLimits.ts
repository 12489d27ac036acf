/** The limits of open connections. Fixed in production; tests lower them. docs/feed.md lists them. */
export type ConnectionLimits = {
  /** Subscriptions of one connection. */
  perConnection: number;
  /** The cost of the subscriptions of one connection together: the most fields of one event of each. */
  costPerConnection: number;
  /** Operations of one WebSocket that are being prepared or, subscriptions aside, executed. */
  operations: number;
  /** Operations of one account, subscriptions aside, that this process executes at once. */
  operationsPerAccount: number;
  /** How long a further one waits. */
  operationWaitMs: number;
  /** Subscriptions of one token in this process. */
  perToken: number;
  /** The cost of the subscriptions of one token in this process together. */
  costPerToken: number;
  /** How often a heartbeat is sent. Clients are promised one every 12 s. */
  heartbeatMs: number;
  /** While more bytes than this wait for the network, no events are added: they stay in the log. */
  softBytes: number;
  /** A connection that sends requests while more bytes than this wait for it is ended. */
  hardBytes: number;
  /** How long a connection may take no bytes while some wait for it. */
  stuckMs: number;
  /** How long a connection that was live may be behind the changes in memory without ever taking all that waits. */
  behindMs: number;
  /** How long the client of an event stream that was ended may take to read the rest. */
  lingerMs: number;
};

export const CONNECTION_LIMITS: ConnectionLimits = {
  perConnection: 100,
  costPerConnection: 100_000,
  operations: 100,
  operationsPerAccount: 50,
  operationWaitMs: 10_000,
  perToken: 5_000,
  costPerToken: 500_000,
  heartbeatMs: 10_000,
  softBytes: 256 * 1024,
  hardBytes: 1024 * 1024,
  stuckMs: 10_000,
  behindMs: 30_000,
  lingerMs: 30_000,
};
