/** The limits of the HTTP server. Fixed in production; tests lower them. docs/configuration.md lists them. */
export type HttpLimits = {
  /** Open connections of any kind. Beyond, a new connection is closed at once. */
  connections: number;
  /** How long a client may take to send the headers of a request, from the start of its connection. */
  headersMs: number;
  /** How long a client may take to send a whole request. */
  requestMs: number;
  /** How long a client may take none of the bytes of an answer. */
  stuckMs: number;
  /** How long bytes of an answer may wait for the client without ever being taken as a whole. */
  takeMs: number;
  /** Bytes of all answers that wait for clients. Beyond, the answers that have been stuck the longest are cut off. */
  waitingBytes: number;
};

export const HTTP_LIMITS: HttpLimits = {
  connections: 10_000,
  headersMs: 10_000,
  requestMs: 30_000,
  stuckMs: 20_000,
  takeMs: 60_000,
  waitingBytes: 64 * 1024 * 1024,
};
