/** `muster/client`: subscribes to Muster and resumes after a lost connection. For browsers and Node.js; see docs/client.md. */
export type { Backoff } from './backoff.ts';
export { type ClientOptions, createClient, type MusterClient, type SubscribeOptions } from './client.ts';
export {
  AccessDeniedError,
  ConnectionLostError,
  CursorExpiredError,
  MusterError,
  OperationError,
  ProtocolError,
} from './errors.ts';
export type { TypedDocument } from './operation.ts';
export type { FeedEvent, Subscription, SubscriptionStatus } from './subscription.ts';
export type { Token } from './transport.ts';
export type { WebSocketConstructor, WebSocketLike } from './webSocket.ts';
