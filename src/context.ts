/** What every resolver has at hand: who asks, with which request, and what to answer it from. */
import type { Logger } from 'pino';
import type { Viewer } from './auth/viewer.ts';
import type { Database } from './db.ts';
import type { Feed } from './feed/feed.ts';
import type { ChangeStream } from './feed/follow/stream.ts';
import type { Change } from './feed/log/change.ts';
import type { Nouns } from './schema/feed/nouns.ts';
import type { JobQueue } from './services/port/job.ts';
import type { PullRequestSource } from './services/port/pullRequestSource.ts';
import type { Runtime } from './services/port/runtime.ts';

/** What lives as long as the server does. */
export type Services = {
  db: Database;
  feed: Feed;
  pullRequestSource: PullRequestSource;
  jobs: JobQueue;
  runtime: Runtime;
  log: Logger;
};

export type Context = Services & {
  nouns: Nouns;
  viewer: Viewer;
  /** Names this operation in logs, in errors and on the changes it makes. */
  requestId: string;
  /** The cursor of the feed's head before the operation began; there when the operation selects a cursor. */
  startPosition?: string;
  /** Within an event: what its subscription will deliver next, as far as that is known. */
  upcoming?: () => readonly Change[];
  /** The connection that carries this operation's subscription; absent where none can be carried. */
  carrier?: Carrier;
};

/** A transport's part in a subscription. */
export type Carrier = {
  /** A cursor by which the transport itself says where to go on. It wins over `after`. */
  readonly resumeAfter?: string;
  /**
   * Asked before a subscription is opened.
   *
   * @throws {GraphQLError} when there are too many already, or the client accepts no stream.
   */
  admit(): Seat;
};

/** A subscription's place on its connection. */
export type Seat = {
  /** Keeps the feed's promises for a stream: heartbeats, and an end when rights are gone. */
  carry(stream: ChangeStream, organizationId: string): void;
  /** Asked before each change is delivered: waits until the network has room for it. */
  room(change: Change): Promise<void>;
  /** The subscription is over, however it ended. */
  leave(): void;
};
