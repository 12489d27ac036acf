/** What open connections may cost. Nobody needs to set these, save tests. */
export type LiveLimits = {
  /** Subscriptions of one connection. */
  perConnection: number;
  /** Operations of one WebSocket that are being prepared or, but for subscriptions, answered. */
  operations: number;
  /** Subscriptions of one token in this process. */
  perToken: number;
  /** How often a connection hears how far it is. Clients are promised 12 s. */
  heartbeatMs: number;
  /** While as many bytes wait for the network, nothing more is given to it: what comes stays in the log. */
  softBytes: number;
  /** A connection that asks for more while as many wait is ended. */
  hardBytes: number;
  /** How long a connection may take nothing, while something waits for it. */
  stuckMs: number;
  /** How long a connection that was live may be behind what is kept in memory, and never take all that waits. */
  behindMs: number;
  /** How long the client of an event stream that is over may take to fetch its end. */
  lingerMs: number;
};

export const LIVE_LIMITS: LiveLimits = {
  perConnection: 100,
  operations: 100,
  perToken: 5_000,
  heartbeatMs: 10_000,
  softBytes: 256 * 1024,
  hardBytes: 1024 * 1024,
  stuckMs: 10_000,
  behindMs: 30_000,
  lingerMs: 30_000,
};
